import itertools

import pytest

from satchel import Server

_people = itertools.count()


@pytest.fixture(scope="session")
def server():
    """One server for all tests that leave it as it was; each test has a person of its own."""
    running = Server().start()
    yield running
    log = running.read_log()
    running.destroy()
    assert "AddressSanitizer" not in log and "runtime error" not in log, log[-8000:]


@pytest.fixture(scope="session")
def admin(server):
    return server.add_user("admin@example.org", admin=True)


@pytest.fixture
def person(server, admin):
    return server.add_user(f"person{next(_people)}@example.org")


@pytest.fixture
def own_server():
    """A server that a test may stop, kill and damage."""
    servers = []

    def make(**options):
        servers.append(Server(**options))
        return servers[-1]

    yield make
    for made in servers:
        made.destroy()
