import itertools

import pytest

import engines
import stack
from oidc import sign_in
from satchel import Api, Server

_people = itertools.count()


def pytest_collection_modifyitems(items):
    for item in items:
        if reason := reason_against(item):
            item.add_marker(pytest.mark.skip(reason=reason))


def reason_against(item):
    if stack.PLACE:
        return stack.reason_against(item)
    return engines.NOT_HERE.get(item.originalname) if engines.ELSEWHERE else None


@pytest.fixture(scope="session")
def server():
    """One server for all tests that leave it as it was; each test has a person of its own."""
    running = (stack.Stack() if stack.PLACE else Server(environment=engines.shared_engines())).start()
    yield running
    complaints = running.complaints()
    running.destroy()
    assert not complaints


@pytest.fixture(scope="session")
def admin(server):
    return server.add_user("admin@example.org", admin=True)


@pytest.fixture
def signed_in(server):
    """signed_in("somebody@example.org"): with a sign-in's token, which may do more than a personal API token."""
    def api(email):
        return Api(server.url, server.access_token(email) if stack.PLACE else sign_in(server.url, email)["access_token"])
    return api


@pytest.fixture
def signed_in_admin(admin, signed_in):
    return signed_in("admin@example.org")


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
