"""Two copies of the server over the same table and the same bucket. One is killed in the middle; whoever asks again is answered by the other."""
import random
import secrets
import threading
import time
import urllib.error

import pytest

from engines import shared_engines
from satchel import PASSWORD, Api, Server, eventually, request, send

PART = 8 << 20


class Copies:
    def __init__(self, environment):
        self.environment = environment
        self.servers = [Server(environment=environment) for _ in range(2)]
        for server in self.servers:
            server.start()

    def person(self, email):
        first = self.servers[0]
        first.command("user", "add", email, "--password-stdin", "--data", first.data, stdin=PASSWORD + "\n", environment=self.environment)
        token = first.command("token", "create", "--user", email, "--name", "test", "--data", first.data, environment=self.environment).stdout.strip()
        return Balanced([server.url for server in self.servers], token)

    def destroy(self):
        for server in self.servers:
            server.destroy()


class Balanced(Api):
    """A client behind a load balancer: a copy by turns, and another one where that does not answer."""

    def __init__(self, urls, token):
        super().__init__(urls[0], token)
        self.urls, self.turn = urls, 0

    def __call__(self, method, path, body=None, headers=None):
        end = time.monotonic() + 60
        headers = {"Idempotency-Key": secrets.token_hex(11), **(headers or {})}  # what the dead copy did is not done again
        while True:
            self.turn += 1
            try:
                answer = Api(self.urls[self.turn % len(self.urls)], self.token)(method, path, body, headers)
            except (OSError, urllib.error.URLError):
                answer = None  # it died under the request, or is dead
            # 409 without a type of its own, 429, 503: "try again", as the API says of them.
            again = answer is None or answer.status in (429, 500, 502, 503, 504) or (answer.status == 409 and answer.json.get("type", "conflict").endswith("conflict"))
            if not again or time.monotonic() > end:
                assert answer is not None, f"{method} {path}: no copy answered within a minute"
                return answer
            time.sleep(0.02)


@pytest.fixture(scope="module")
def copies():
    environment = shared_engines()
    if not environment:
        pytest.skip("SATCHEL_TEST_TABLE and SATCHEL_TEST_OBJECTS name no engines; make test-engines has some")
    running = Copies(environment)
    yield running
    logs = "".join(server.read_log() for server in running.servers)
    running.destroy()
    assert "AddressSanitizer" not in logs and "runtime error" not in logs, logs[-8000:]


class Traffic:
    """People at work until they are told to stop. What was acknowledged is written down; what a retry did not mend, too."""

    def __init__(self, person, root):
        self.person, self.root = person, root
        self.stop, self.lock = threading.Event(), threading.Lock()
        self.kept, self.read, self.failures = {}, 0, []
        self.threads = [threading.Thread(target=self.guard, args=(work, n)) for n, work in enumerate([self.upload, self.upload, self.upload_in_parts, self.download])]

    def guard(self, work, seed):
        choose = random.Random(seed)
        number = 0
        while not self.stop.is_set():
            number += 1
            try:
                work(choose, f"{seed}-{number}")
            except Exception as error:  # noqa: BLE001: whatever it was, a retry did not mend it
                with self.lock:
                    self.failures.append(f"{work.__name__}: {type(error).__name__} {error}")
                return

    def keep(self, entry, data):
        with self.lock:
            self.kept[entry["name"]] = (entry["id"], data)

    def upload(self, choose, name):
        data = choose.randbytes(choose.choice([10, 3_000, 20_000]))
        self.keep(self.person.put(name, data, self.root), data)

    def upload_in_parts(self, choose, name):
        data = choose.randbytes(1 << 16) * ((PART >> 16) + 3)
        upload = self.person.ok("POST", "/api/v1/uploads", {"files": [{"folder": self.root, "name": name, "size": len(data)}]})["uploads"][0]
        for number, part in enumerate([data[:PART], data[PART:]], 1):
            signed = self.person.ok("POST", f"/api/v1/uploads/{upload['id']}/parts", {"parts": [{"number": number, "length": len(part)}]})["parts"]
            assert send(signed[0]["request"], part).status == 200
        self.keep(self.person.ok("POST", f"/api/v1/uploads/{upload['id']}/complete", {}), data)

    def download(self, choose, _):
        with self.lock:
            known = list(self.kept.values())
        if not known:
            return time.sleep(0.05)
        entry, data = choose.choice(known)
        assert self.person.read(entry) == data
        self.read += 1

    def count(self):
        with self.lock:
            return len(self.kept) + self.read

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()


def test_a_copy_that_is_killed_under_uploads_and_downloads_costs_nobody_anything(copies):
    person = copies.person("traffic@example.org")
    root = person.root
    killed = 0
    with Traffic(person, root) as traffic:
        for round_ in range(6):
            victim = copies.servers[round_ % 2]
            begun = traffic.count()
            assert eventually(lambda: traffic.count() >= begun + 12 or traffic.failures, 120)
            victim.kill()
            killed += 1
            begun = traffic.count()
            assert eventually(lambda: traffic.count() >= begun + 12 or traffic.failures, 120), "the other copy went on alone"
            victim.start()
    assert not traffic.failures, traffic.failures
    entries = {entry["name"]: entry for entry in person.entries()}
    print(f"{killed} kills, {len(traffic.kept)} files, {traffic.read} downloads")
    assert set(traffic.kept) <= set(entries), "an acknowledged file is lost"
    for name, (entry, data) in traffic.kept.items():
        assert entries[name]["size"] == len(data) and person.read(entry) == data
    # What the kills left half done counts for nothing but room that comes back.
    used = person.me["space"]["used"]
    assert used >= sum(len(data) for _, data in traffic.kept.values())


def test_events_of_a_dead_copy_are_delivered_by_the_other(copies):
    """A one-line upload is committed by events alone. The copy that has begun it, and holds the leases of the outbox, dies."""
    person = copies.person("events@example.org")
    first, second = copies.servers
    for number in range(8):  # into several shards of the outbox
        lead = Api(first.url, person.token)("PUT", f"/api/v1/put/line{number}", headers={"Content-Length": "5"})
        assert lead.status == 307, lead
        sent = request("PUT", lead.headers["Location"], b"bytes", {"Content-Type": ""})
        assert sent.status == 200, sent
    first.kill()
    survivor = Api(second.url, person.token)
    arrived = eventually(lambda: len(survivor.names()) == 8, 90)
    first.start()
    assert arrived, survivor.names()
    assert survivor.read(survivor.entries()[0]["id"]) == b"bytes"


def test_what_one_copy_hands_out_the_other_takes(copies):
    person = copies.person("both@example.org")
    entry = person.put("a", b"hello")
    first, second = (Api(server.url, person.token) for server in copies.servers)
    link = first.share(entry["id"])
    opened = request("GET", second.url + "/api/v1/public/links/" + link["url"].split("/s/")[1])
    assert opened.status == 200, opened
    first.ok("DELETE", f"/api/v1/links/{link['id']}")
    assert request("GET", second.url + "/api/v1/public/links/" + link["url"].split("/s/")[1]).status == 410


def test_a_new_person_can_sign_in_at_either(copies):
    from oidc import sign_in

    copies.person("login@example.org")
    tokens = sign_in(copies.servers[0].url, "login@example.org")
    # Each copy of this test has an address, and so an issuer, of its own; behind one address both would take it.
    assert Api(copies.servers[0].url, tokens["access_token"]).me["email"] == "login@example.org"
    assert sign_in(copies.servers[1].url, "login@example.org")["access_token"]
