"""The binary as an operator sees it: starting, stopping, being killed, running out of disk."""
import json
import os
import random
import re
import stat
import subprocess
import threading
import urllib.error

import pytest

from satchel import BINARY, Api, checksum, eventually, request, send


def test_the_set_up_link_makes_the_first_administrator_once(own_server):
    server = own_server().start()
    link = eventually(lambda: re.search(re.escape(server.url) + r"/setup#(\S+)", server.read_log()))
    assert link, server.read_log()
    claim = {"token": link[1], "email": "first@example.org", "name": "First", "password": "a long enough pass phrase"}
    headers = {"Satchel-Request": "1"}
    assert Api(server.url)("POST", "/auth/api/setup", {**claim, "token": "wrong"}, headers).status in (400, 401, 403, 404, 410)
    assert Api(server.url)("POST", "/auth/api/setup", claim, headers).status in (200, 201)
    assert Api(server.url)("POST", "/auth/api/setup", {**claim, "email": "second@example.org"}, headers).status >= 400
    assert server.stop() == 0
    server.start()
    assert server.read_log().count("/setup#") == 1, "no link where there is an administrator"


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM"])
def test_it_stops_cleanly(own_server, signal):
    server = own_server().start()
    subprocess.run(["kill", f"-{signal}", str(server.process.pid)], check=True)
    assert server.process.wait(timeout=20) == 0


def test_the_data_folder_is_for_one_process_and_one_person(own_server):
    server = own_server().start()
    second = subprocess.run([BINARY, "serve", "--data", server.data, "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=60)
    assert second.returncode != 0 and str(server.data) in second.stderr
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.data / "master.key").stat().st_mode) == 0o600


def test_a_taken_port_is_said_in_a_sentence(server):
    with_same = subprocess.run([BINARY, "serve", "--data", str(server.folder / "other"), "--listen", f"127.0.0.1:{server.port}"], capture_output=True, text=True, timeout=60)
    assert with_same.returncode != 0 and str(server.port) in with_same.stderr


def test_accounts_and_tokens_also_without_a_running_server(own_server):
    server = own_server()
    person = server.add_user("offline@example.org")
    server.start()
    assert person.me["email"] == "offline@example.org"


def test_secrets_are_in_no_log(server):
    person = server.add_user("canary@example.org")
    entry = person.put("a", b"x")
    link = person.share(entry["id"], password="canary password")
    url = person.ok("POST", "/api/v1/downloads", {"entry": entry["id"]})["url"]
    request("GET", url)
    request("GET", link["url"])
    token = link["url"].split("/s/")[1]
    Api(server.url)("POST", f"/api/v1/public/links/{token}/unlock", {"password": "canary password"})
    Api(server.url)("POST", "/auth/api/sign-in", {"email": "canary@example.org", "password": "canary sign-in"}, {"Satchel-Request": "1"})
    signature = re.search(r"X-Amz-Signature=([0-9a-f]+)", url)[1]
    log = server.read_log()
    for secret in (person.token, token, "canary", signature, link["url"]):
        assert secret not in log, f"I11: {secret}"
    lines = [line for line in log.splitlines() if line.startswith("{")]
    assert lines
    for line in lines:
        json.loads(line)


class Ledger:
    """Who writes down what was acknowledged."""

    def __init__(self):
        self.acknowledged, self.lock = {}, threading.Lock()

    def upload(self, person, root, stop, seed):
        choose = random.Random(seed)
        n = 0
        while not stop.is_set():
            n += 1
            name, data = f"{seed}-{n}", choose.randbytes(choose.choice([10, 5_000, 40_000, 200_000]))
            try:
                begun = person("POST", "/api/v1/uploads", {"files": [{"folder": root, "name": name, "size": len(data), "checksum": checksum(data)}]})
                if begun.status != 201:
                    continue
                upload = begun.json["uploads"][0]
                if send(upload["put"], data).status != 200:
                    continue
                if person("POST", f"/api/v1/uploads/{upload['id']}/complete", {}).status == 200:
                    with self.lock:
                        self.acknowledged[name] = data
            except (OSError, urllib.error.URLError, ValueError, KeyError):
                pass  # the server died under it: nothing was acknowledged


def test_nothing_acknowledged_is_lost_by_fifty_kills(own_server):
    kills = int(os.environ.get("SATCHEL_KILLS", "50"))
    server = own_server().start()
    person = server.add_user("ledger@example.org")
    root, ledger = person.root, Ledger()
    for round_ in range(kills):
        stop = threading.Event()
        writers = [threading.Thread(target=ledger.upload, args=(person, root, stop, f"{round_}-{n}")) for n in range(4)]
        before = len(ledger.acknowledged)
        for writer in writers:
            writer.start()
        assert eventually(lambda: len(ledger.acknowledged) >= before + 2 + round_ % 7, 30)
        server.kill()
        stop.set()
        for writer in writers:
            writer.join()
        server.start()
    entries = {entry["name"]: entry for entry in person.entries()}
    print(f"{kills} kills, {len(ledger.acknowledged)} acknowledged uploads")
    for name, data in ledger.acknowledged.items():
        assert name in entries, f"{name} was acknowledged and is lost"
        assert entries[name]["size"] == len(data)
    for name in random.Random(1).sample(sorted(ledger.acknowledged), min(100, len(ledger.acknowledged))):
        assert person.read(entries[name]["id"]) == ledger.acknowledged[name]
    # What was not acknowledged is whole or absent.
    for name in set(entries) - set(ledger.acknowledged):
        assert len(person.read(entries[name]["id"])) == entries[name]["size"]


def test_a_full_disk_refuses_uploads_serves_the_rest_and_recovers(own_server, tmp_path):
    mount = tmp_path / "small"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", mount], capture_output=True).returncode != 0:
        pytest.fail("cannot mount a small tmpfs: run as root")
    try:
        (mount / "s").mkdir()
        server = own_server(folder=mount / "s").start()
        person = server.add_user("full@example.org")
        kept = person.put("kept", b"k" * 100_000)
        filler = mount / "filler"
        with open(filler, "wb") as out:
            try:
                while True:
                    out.write(b"\0" * 1_000_000)
                    out.flush()
            except OSError:
                pass
        data = b"x" * 1_000_000

        def refusal(n):
            """What one more megabyte is answered, where that is no success."""
            begun = person("POST", "/api/v1/uploads", {"files": [{"folder": person.root, "name": f"more {n}", "size": len(data), "checksum": checksum(data)}]})
            answer = send(begun.json["uploads"][0]["put"], data) if begun.status == 201 else begun
            return None if answer.status == 200 else answer
        # What is kept back for deletes is given up first; then uploads end while deletes go on.
        refused = next(filter(None, map(refusal, range(100))), None)
        assert refused and refused.status in (503, 507), refused
        assert b"disk is full" in refused.body
        assert person.read(kept["id"]) == b"k" * 100_000, "downloads go on"
        assert person("DELETE", f"/api/v1/entries/{kept['id']}").status == 204, "deletes go on"
        filler.unlink()
        assert eventually(lambda: person("POST", f"/api/v1/entries/{kept['id']}/restore").status == 200, 15)

        def again():
            try:
                return person.put("fits again", data, conflict="rename")
            except AssertionError:
                return None
        assert eventually(again, 20), "recovers by itself"
        assert "fits again" in person.names()
        server.stop()
    finally:
        subprocess.run(["umount", "-l", mount], check=False)
