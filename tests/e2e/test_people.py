"""What ends for people ends at once, whatever was handed out before."""
from satchel import eventually


def test_a_token_that_is_taken_back_is_refused_at_once(server, person, signed_in):
    owner = signed_in(person.me["email"])
    made = owner.ok("POST", "/api/v1/tokens", {"name": "for a while"})
    holder = type(person)(server.url, made["token"])
    assert holder.me["id"] == person.me["id"]
    owner.ok("DELETE", f"/api/v1/tokens/{made['id']}")
    refused = holder("GET", "/api/v1/me")
    assert refused.status == 401 and refused.json["type"] == "invalid_token"
    assert owner.me["id"] == person.me["id"]


def test_a_person_who_is_disabled_is_refused_at_once_and_let_in_again(person, signed_in, signed_in_admin):
    me = person.me
    session = signed_in(me["email"])
    assert session.me["id"] == me["id"]
    signed_in_admin.ok("PATCH", f"/api/v1/users/{me['id']}", {"disabled": True})
    assert [who("GET", "/api/v1/me").status for who in (person, session)] == [401, 401]
    signed_in_admin.ok("PATCH", f"/api/v1/users/{me['id']}", {"disabled": False})
    # An issuer elsewhere writes whole seconds, and what it made in the second of the end is void with the rest.
    assert eventually(lambda: signed_in(me["email"])("GET", "/api/v1/me").status == 200)
