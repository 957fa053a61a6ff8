"""Long and rough: 5 GiB through a proxy with a small cap, killed on the way, addresses and tokens that expire, a server that restarts.

SATCHEL_LONG_GIB sets another size.
"""
import hashlib
import json
import os
import signal
import subprocess

import pytest

from oidc import sign_in
from satchel import BINARY, PASSWORD, eventually, free_port

GIB = 1024 ** 3
PART = 8 * 1024 * 1024
LANES = 4


class Proxy:
    def __init__(self, folder, upstream, port):
        import satchel
        self.folder, self.port = folder, port
        self.log = folder / "nginx-access.log"
        config = (satchel.TOP / "tests/e2e/nginx.conf.in").read_text()
        for name, value in (("folder", folder), ("port", port), ("upstream", upstream)):
            config = config.replace(f"@{name}@", str(value))
        (folder / "nginx.conf").write_text(config)
        user = ["-g", "user root;"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), *user], stderr=subprocess.DEVNULL)

    def parts_sent(self):
        """PUTs of parts that the store took."""
        return sum(line.startswith("PUT /objects/") and line.split()[2] == "200" for line in self.log.read_text().splitlines())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)


@pytest.fixture
def behind_proxy(own_server):
    """A server whose public address is a proxy's, with addresses and tokens that live for seconds only."""
    port = free_port()
    server = own_server(environment={"SATCHEL_UPLOAD_URL_LIFETIME": "2s", "SATCHEL_ACCESS_TOKEN_LIFETIME": "3s"})
    proxy = Proxy(server.folder, server.port, port)
    server.public = f"http://127.0.0.1:{port}"
    server.start()
    yield server, proxy
    proxy.stop()


def random_file(path, size):
    """Bytes that do not compress and do not repeat, as fast as the disk takes them."""
    with open(path, "wb") as out:
        subprocess.run(f"head -c {size} /dev/zero | openssl enc -aes-128-ctr -nosalt -K {'0' * 32} -iv {'0' * 32}", shell=True, check=True, stdout=out)
    return path


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_five_gibibytes_survive_a_kill_and_a_restart(behind_proxy, tmp_path):
    server, proxy = behind_proxy
    server.command("user", "add", "long@example.org", "--password-stdin", "--data", server.data, stdin=PASSWORD + "\n")
    tokens = sign_in(server.public, "long@example.org")
    home = tmp_path / "satchel"
    home.mkdir()
    (home / "credentials.json").write_text(json.dumps({"url": server.public, "token_endpoint": server.public + "/auth/token", "token": tokens["access_token"],
                                                       "refresh_token": tokens["refresh_token"], "expires": 0}))
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "SATCHEL_TOKEN": "", "SATCHEL_URL": ""}
    size = int(float(os.environ.get("SATCHEL_LONG_GIB", "5")) * GIB)
    parts = -(-size // PART)
    path = random_file(tmp_path / "large.bin", size)

    first = subprocess.Popen([BINARY, "put", str(path)], env=environment, stderr=subprocess.PIPE)
    assert eventually(lambda: proxy.parts_sent() >= parts * 0.6 or first.poll() is not None, 600)
    assert first.poll() is None, first.stderr.read()
    first.kill()
    first.wait()
    sent_before = proxy.parts_sent()

    second = subprocess.Popen([BINARY, "put", str(path)], env=environment, stderr=subprocess.PIPE)
    assert eventually(lambda: proxy.parts_sent() >= parts * 0.8 or second.poll() is not None, 600)
    assert server.stop() == 0
    server.start()
    assert second.wait(timeout=600) == 0, second.stderr.read()
    again = proxy.parts_sent() - parts
    print(f"{parts} parts, {sent_before} sent before the kill, {again} sent again")
    assert again <= 2 * LANES, "at most one part a lane for the kill, and one for the restart"

    path.rename(tmp_path / "original.bin")
    subprocess.run([BINARY, "get", "large.bin"], env=environment, check=True, cwd=tmp_path, timeout=600)
    assert digest(tmp_path / "large.bin") == digest(tmp_path / "original.bin")
