"""People of foreign OpenID providers at `satchel serve --issuer`: what `make test-engines` runs against Keycloak and npm's oidc-provider."""
import base64
import json
import pathlib
import sys

import pytest

import issuers

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))
from satchel import Api, Server, eventually  # noqa: E402


@pytest.fixture(scope="module")
def issuer():
    return issuers.issuer()


@pytest.fixture(scope="module")
def satchel(issuer):
    running = Server(extra=["--issuer", issuer.url, "--audience", issuers.AUDIENCE, "--client-id", "satchel-page", "--admins", "anna@example.org"]).start()
    yield running
    log = running.read_log()
    running.destroy()
    assert "AddressSanitizer" not in log and "runtime error" not in log, log[-8000:]


def come(issuer, satchel, login):
    """Signs in there and opens the API here; the tokens as well."""
    tokens = issuer.sign_in(login, resource=issuers.AUDIENCE)
    return Api(satchel.url, tokens["access_token"]), tokens


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def status(satchel, token):
    return Api(satchel.url, token)("GET", "/api/v1/me").status


def test_who_signs_in_there_becomes_a_person_here(issuer, satchel):
    ben, _ = come(issuer, satchel, "ben")
    me = ben.me
    assert me["email"] == "ben@example.org" and me["role"] == "member", me
    entry = ben.put("a.txt", b"hello")
    assert ben.read(entry["id"]) == b"hello"
    again, _ = come(issuer, satchel, "ben")
    assert again.me["id"] == me["id"] and again.names() == ["a.txt"], "the same person at the next sign-in"
    anna, _ = come(issuer, satchel, "anna")
    assert anna.me["id"] != me["id"] and anna.me["role"] == "admin", "the configuration names her"
    assert anna("GET", f"/api/v1/entries/{entry['id']}").status == 404, "and nobody sees another's files"


def test_tokens_for_others_are_refused(issuer, satchel):
    _, tokens = come(issuer, satchel, "anna")
    head, body, signature = tokens["access_token"].split(".")
    changed = signature[:-8] + ("A" if signature[-8] != "A" else "B") + signature[-7:]
    assert status(satchel, tokens["id_token"]) == 401, "an ID token is for the page alone"
    assert status(satchel, issuer.sign_in_for_others()["access_token"]) == 401, "another audience"
    assert status(satchel, f"{head}.{body}.{changed}") == 401, "another signature"
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
    assert status(satchel, f"{unsigned}.{body}.") == 401, "no signature"
    assert status(satchel, tokens["access_token"]) == 200


def test_a_token_is_renewed_and_ends_in_time(issuer, satchel):
    _, tokens = come(issuer, satchel, "anna")
    renewed = issuer.refresh(tokens)
    assert renewed[0] == 200 and status(satchel, renewed[1]["access_token"]) == 200
    terms = claims(tokens["access_token"])
    assert terms["exp"] - terms["iat"] <= 300, "the bound of what the issuer takes back"


def test_a_new_signing_key_is_found(issuer, satchel):
    before, _ = come(issuer, satchel, "anna")
    issuer.rotate()
    after, _ = come(issuer, satchel, "anna")
    # Keys are asked for again at most every so often, however many tokens name a key that is not known.
    assert eventually(lambda: after("GET", "/api/v1/me").status == 200, within=90), after("GET", "/api/v1/me")
    assert before("GET", "/api/v1/me").status == 200, "what the old key signed is good until its end"


def test_who_is_disabled_here_is_out_at_once(issuer, satchel):
    ben, _ = come(issuer, satchel, "ben")
    boss, _ = come(issuer, satchel, "anna")
    ben_id = ben.me["id"]
    boss.ok("PATCH", f"/api/v1/users/{ben_id}", {"disabled": True})
    assert ben("GET", "/api/v1/me").status == 401
    assert status(satchel, issuer.sign_in("ben", resource=issuers.AUDIENCE)["access_token"]) in (401, 403), "nor by signing in anew"
    boss.ok("PATCH", f"/api/v1/users/{ben_id}", {"disabled": False})
    assert eventually(lambda: status(satchel, issuer.sign_in("ben", resource=issuers.AUDIENCE)["access_token"]) == 200)


def test_who_is_locked_out_there_is_out_when_the_token_ends(issuer, satchel):
    ben, tokens = come(issuer, satchel, "ben")
    assert ben("GET", "/api/v1/me").status == 200
    issuer.lock_out("ben", tokens)
    assert issuer.refresh(tokens)[0] == 400, "nothing is renewed"
    assert eventually(lambda: ben("GET", "/api/v1/me").status == 401, within=claims(tokens["access_token"])["exp"] - claims(tokens["access_token"])["iat"] + 90), "after its end it opens nothing"
