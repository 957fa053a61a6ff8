import itertools

import pytest

import stack
from oidc import sign_in
from satchel import Api, Server

_people = itertools.count()


def pytest_collection_modifyitems(items):
    if not stack.PLACE:
        return
    for item in items:
        if reason := stack.reason_against(item):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def server():
    """One server for all tests that leave it as it was; each test has a person of its own."""
    running = (stack.Stack() if stack.PLACE else Server()).start()
    yield running
    log = running.read_log()
    running.destroy()
    assert "AddressSanitizer" not in log and "runtime error" not in log, log[-8000:]


@pytest.fixture(scope="session")
def admin(server):
    return server.add_user("admin@example.org", admin=True)


@pytest.fixture
def signed_in_admin(server, admin):
    """The administrator with a sign-in's token: administration is closed to personal API tokens."""
    token = server.access_token("admin@example.org") if stack.PLACE else sign_in(server.url, "admin@example.org")["access_token"]
    return Api(server.url, token)


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
