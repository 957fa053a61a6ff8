"""People who sign in at another issuer. The issuer is a second Satchel, whose provider this one trusts as it would any other."""
import json
import os
import subprocess
import urllib.parse

import pytest

from oidc import authorize, sign_in
from satchel import BINARY, Api, Server, request


@pytest.fixture(scope="module")
def issuer():
    running = Server().start()
    yield running
    running.destroy()


@pytest.fixture(scope="module")
def guest(issuer):
    """The server under test; the issuer's boss is its administrator."""
    boss = issuer.add_user("boss@example.org", admin=True)
    options = ["--issuer", issuer.url + "/auth", "--client-id", "satchel-web", "--cli-client-id", "satchel-cli", "--audience", "satchel", "--admins", boss.me["id"]]
    running = Server(extra=options).start()
    yield running
    log = running.read_log()
    running.destroy()
    assert "AddressSanitizer" not in log and "runtime error" not in log, log[-8000:]


def come(issuer, guest, email):
    return Api(guest.url, sign_in(issuer.url, email)["access_token"])


def test_who_signs_in_there_is_a_person_here(issuer, guest):
    there = issuer.add_user("ann@example.org")
    ann = come(issuer, guest, "ann@example.org")
    me = ann.me
    assert me["id"] != there.me["id"] and me["role"] == "member"
    entry = ann.put("a.txt", b"hello")
    assert ann.read(entry["id"]) == b"hello"
    assert come(issuer, guest, "ann@example.org").me["id"] == me["id"], "the same person at the next sign-in"
    assert there.names() == [], "and nothing of it is at the issuer"


def test_only_access_tokens_of_that_issuer_are_taken(issuer, guest, server, person):
    issuer.add_user("tom@example.org")
    tokens = sign_in(issuer.url, "tom@example.org")
    assert Api(guest.url, tokens["id_token"])("GET", "/api/v1/me").status == 401
    assert Api(guest.url, tokens["access_token"] + "x")("GET", "/api/v1/me").status == 401
    assert Api(guest.url, sign_in(server.url, person.me["email"])["access_token"])("GET", "/api/v1/me").status == 401, "a third one's"


def test_the_configuration_names_the_administrator_who_disables_at_once(issuer, guest):
    boss = come(issuer, guest, "boss@example.org")
    assert boss.me["role"] == "admin"
    issuer.add_user("eve@example.org")
    eve = come(issuer, guest, "eve@example.org")
    identity = eve.me["id"]
    assert identity in [user["id"] for user in boss.ok("GET", "/api/v1/users")["users"]]
    boss.ok("PATCH", f"/api/v1/users/{identity}", {"disabled": True})
    assert eve("GET", "/api/v1/me").status == 401
    boss.ok("PATCH", f"/api/v1/users/{identity}", {"disabled": False})
    assert eve("GET", "/api/v1/me").status == 401, "what was handed out before stays void"


def test_strangers_are_let_in_until_that_is_switched_off(issuer, guest):
    boss = come(issuer, guest, "boss@example.org")
    assert boss.ok("GET", "/api/v1/settings")["self_signup"] is True
    boss.ok("PATCH", "/api/v1/settings", {"self_signup": False})
    try:
        issuer.add_user("late@example.org")
        refused = come(issuer, guest, "late@example.org")("GET", "/api/v1/me")
        assert refused.status == 403 and refused.json["type"].endswith("not_admitted"), refused
    finally:
        boss.ok("PATCH", "/api/v1/settings", {"self_signup": True})
    assert come(issuer, guest, "late@example.org").me["role"] == "member"


def test_invitations_and_resets_say_where_they_are_made(issuer, guest):
    boss = come(issuer, guest, "boss@example.org")
    invited = boss("POST", "/api/v1/users", {"email": "new@example.org"})
    assert invited.status == 501 and issuer.url in invited.json["detail"], invited
    added = guest.command("user", "add", "new@example.org", "--password-stdin", "--data", guest.data, "--config", os.devnull, stdin="a long enough pass phrase\n", check=False,
                          environment={"SATCHEL_ISSUER": issuer.url + "/auth", "SATCHEL_CLIENT_ID": "satchel-web"})
    assert added.returncode != 0 and issuer.url in added.stderr


def test_nothing_answers_under_auth_and_the_page_knows(issuer, guest):
    for method, path in (("GET", "/auth/.well-known/openid-configuration"), ("GET", "/auth/jwks.json"), ("POST", "/auth/token"), ("POST", "/auth/api/sign-in"), ("GET", "/auth/api/setup")):
        assert Api(guest.url)(method, path).status == 404, path
    config = request("GET", guest.url + "/config.json").json
    assert config["issuer"] == issuer.url + "/auth" and config["client_id"] == "satchel-web" and config["cli_client_id"] == "satchel-cli" and config["accounts"] == "issuer"
    assert set(config["scope"].split()) >= {"openid", "offline_access"}
    page = request("GET", guest.url + "/").headers.get("Content-Security-Policy", "")
    assert f"connect-src 'self' {issuer.url}" in page, page


def test_the_command_line_signs_in_there(issuer, guest, tmp_path):
    issuer.add_user("cli@example.org")
    login = subprocess.Popen([BINARY, "login", guest.url], stderr=subprocess.PIPE, text=True, env={**os.environ, "HOME": str(tmp_path)})
    try:
        address = next(line.strip() for line in login.stderr if "/auth/authorize?" in line)
        assert address.startswith(issuer.url)
        assert urllib.parse.parse_qs(urllib.parse.urlparse(address).query)["client_id"] == ["satchel-cli"]
        assert request("GET", authorize(address, issuer.url, "cli@example.org")).status == 200
        assert login.wait(timeout=30) == 0
    finally:
        login.kill()
        login.stderr.close()
    environment = {**os.environ, "HOME": str(tmp_path)}
    (tmp_path / "a.txt").write_text("hello")
    assert subprocess.run([BINARY, "put", "a.txt"], cwd=tmp_path, env=environment, capture_output=True).returncode == 0
    assert subprocess.run([BINARY, "ls"], env=environment, capture_output=True, text=True).stdout == "a.txt\n"
    kept = json.loads((tmp_path / ".config/satchel/credentials.json").read_text())
    assert kept["client_id"] == "satchel-cli" and kept["token_endpoint"].startswith(issuer.url)
    kept["expires"] = 0  # the next command renews it, at the issuer
    (tmp_path / ".config/satchel/credentials.json").write_text(json.dumps(kept))
    assert subprocess.run([BINARY, "ls"], env=environment, capture_output=True, text=True).stdout == "a.txt\n"


def test_while_the_issuer_is_away_who_is_signed_in_stays_so(issuer, guest):
    ann = come(issuer, guest, "boss@example.org")
    assert ann.me
    issuer.kill()
    try:
        assert ann.me
    finally:
        issuer.start()


def test_an_issuer_that_is_none_is_named_at_start(own_server):
    for options, says in ((["--issuer", "http://127.0.0.1:1/auth", "--client-id", "c"], "http://127.0.0.1:1/auth"), (["--issuer", "http://id.example.org", "--client-id", "c"], "https://"), (["--issuer", "https://id.example.org"], "client_id")):
        server = own_server()
        started = subprocess.run([BINARY, "serve", "--data", server.data, "--listen", f"127.0.0.1:{server.port}", *options], capture_output=True, text=True, timeout=60)
        assert started.returncode != 0 and says in started.stderr and "issuer" in started.stderr, started.stderr


def test_the_doctor_looks_at_the_issuer(issuer, own_server):
    server = own_server()
    well = server.command("--json", "doctor", "--data", server.data, "--issuer", issuer.url + "/auth", "--client-id", "satchel-web", check=False)
    assert well.returncode == 0, well.stdout + well.stderr
    assert {finding["weight"] for finding in json.loads(well.stdout)} <= {"good", "advice"}
    ill = server.command("--json", "doctor", "--data", server.data, "--issuer", issuer.url + "/elsewhere", "--client-id", "satchel-web", check=False)
    assert ill.returncode == 1 and json.loads(ill.stdout)[0]["setting"] == "issuer", ill.stdout


def test_tables_and_buckets_that_are_none_are_named_at_start(own_server):
    environment = {**os.environ, "SATCHEL_MASTER_KEY": "A" * 43 + "=", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "SATCHEL_FUNCTIONS": "inprocess"}
    server = own_server()
    for options, variables, says in (
        (["--table", "dynamodb://files?endpoint=http://127.0.0.1:1"], environment, ["http://127.0.0.1:1", "'table'"]),
        (["--objects", "s3://files?endpoint=http://127.0.0.1:1"], {**environment, "SATCHEL_MASTER_KEY": ""}, ["http://127.0.0.1:1", "'objects'"]),
        (["--table", "dynamodb://files?endpoint=http://127.0.0.1:1"], {**environment, "SATCHEL_MASTER_KEY": ""}, ["master_key"]),
        (["--table", "dynamodb://files"], environment, ["region"]),
        (["--objects", "s3://files?endpoint=http://127.0.0.1:1"], {**environment, "SATCHEL_MASTER_KEY": "", "AWS_ACCESS_KEY_ID": ""}, ["AWS_ACCESS_KEY_ID"]),
    ):
        started = subprocess.run([BINARY, "serve", "--data", server.data, "--listen", f"127.0.0.1:{server.port}", *options], env=variables, capture_output=True, text=True, timeout=60)
        assert started.returncode != 0 and all(word in started.stderr for word in says), started.stderr
