"""A throw-away Satchel for black-box tests: the real binary, its own folder, its own port; and a client of its API.

Nothing here knows the code. `SATCHEL_BINARY` names the binary; without it build/dev's is taken. SATCHEL_FUNCTIONS=process in the environment
runs all of it with functions in processes of their own, of the program that SATCHEL_BOOTSTRAP names (without it, the one built with the binary).
"""
import base64
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("SATCHEL_BINARY", str(TOP / "build/dev/apps/satchel/satchel"))
BOOTSTRAP = os.environ.setdefault("SATCHEL_BOOTSTRAP", str(pathlib.Path(BINARY).resolve().parent.parent / "lambda/bootstrap"))
PASSWORD = "a long enough pass phrase"

_CRC64_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ (0x9A6C9329AC4BC9B5 if _byte & 1 else 0)
    _CRC64_TABLE.append(_byte)


def crc64nvme(data, crc=0):
    """Slow and plain on purpose: an independent reading of the polynomial."""
    crc ^= 0xFFFFFFFFFFFFFFFF
    for byte in data:
        crc = _CRC64_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFFFFFFFFFF


def checksum(data):
    return {"algorithm": "crc64nvme", "value": base64.b64encode(crc64nvme(data).to_bytes(8, "big")).decode()}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(condition, within=10.0):
    """Polls until the condition gives something true; its last value."""
    end = time.monotonic() + within
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.02)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def request(method, url, body=None, headers=None, timeout=60):
    """One request, no redirects followed; any status is an answer."""
    message = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with _opener.open(message, timeout=timeout) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def run_binary(folder, arguments, stdin, environment, check, timeout):
    """A command of the program, at home in that folder."""
    done = subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=timeout,
                          env={**os.environ, "HOME": str(folder), **(environment or {})}, cwd=folder)
    if check and done.returncode != 0:
        raise AssertionError(f"satchel {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr}")
    return done


class Server:
    def __init__(self, folder=None, extra=(), environment=None):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="satchel-e2e-"))
        self.data = self.folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.public = self.url  # another where a proxy stands in front
        self.extra, self.environment = list(extra), environment or {}
        self.log = open(self.folder / "log", "ab")
        self.process = None

    def start(self, within=30):
        command = [BINARY, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}", "--public-url", self.public, *self.extra]
        self.process = subprocess.Popen([str(part) for part in command], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, env={**os.environ, **self.environment})
        if not eventually(self.is_ready, within):
            raise AssertionError(f"the server did not start:\n{self.read_log()[-4000:]}")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.read_log()[-4000:]}")
        try:
            return request("GET", self.url + "/readyz", timeout=2).status == 200
        except OSError:
            return False

    def read_log(self):
        return (self.folder / "log").read_text(errors="replace")

    def complaints(self):
        """The end of the log, where the compiler's checks have found something."""
        log = self.read_log()
        return log[-8000:] if "AddressSanitizer" in log or "runtime error" in log else ""

    def stop(self):
        """As an operator does; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=30)

    def destroy(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, *arguments, stdin="", environment=None, check=True, timeout=120):
        """A satchel command beside the server."""
        return run_binary(self.folder, arguments, stdin, {**self.environment, **(environment or {})}, check, timeout)

    def add_user(self, email, admin=False):
        self.command("user", "add", email, *(["--admin"] if admin else []), "--password-stdin", "--data", self.data, stdin=PASSWORD + "\n")
        return Api(self.url, self.command("token", "create", "--user", email, "--name", "test", "--data", self.data).stdout.strip())


class Api:
    """The API as one person."""

    def __init__(self, url, token=None):
        self.url, self.token = url, token

    def __call__(self, method, path, body=None, headers=None):
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **({"Content-Type": "application/json"} if data is not None else {}), **(headers or {})}
        return request(method, self.url + path, data, fields)

    def ok(self, method, path, body=None, headers=None):
        answer = self(method, path, body, headers)
        assert answer.status < 400, f"{method} {path}: {answer}"
        return answer.json if answer.body else None

    @property
    def environment(self):
        return {"SATCHEL_URL": self.url, "SATCHEL_TOKEN": self.token}

    @property
    def me(self):
        return self.ok("GET", "/api/v1/me")

    @property
    def root(self):
        return self.me["space"]["root"]

    def names(self, folder=None):
        return [entry["name"] for entry in self.entries(folder)]

    def entries(self, folder=None):
        found, cursor = [], ""
        folder = folder or self.root
        while True:
            page = self.ok("GET", f"/api/v1/folders/{folder}/entries" + (f"?cursor={urllib.parse.quote(cursor)}" if cursor else ""))
            found += page["entries"]
            cursor = page.get("cursor")
            if not cursor:
                return found

    def folder(self, path, parent=None):
        return self.ok("POST", "/api/v1/folders", {"parent": parent or self.root, "path": path})["id"]

    def begin(self, name, data, folder=None, **more):
        return self.ok("POST", "/api/v1/uploads", {"files": [{"folder": folder or self.root, "name": name, "size": len(data), "checksum": checksum(data), **more}]})["uploads"][0]

    def put(self, name, data, folder=None, **more):
        """A small file, whole; its entry."""
        upload = self.begin(name, data, folder, **more)
        sent = send(upload["put"], data)
        assert sent.status == 200, sent
        return self.ok("POST", f"/api/v1/uploads/{upload['id']}/complete", {})

    def read(self, entry):
        answer = request("GET", self.ok("POST", "/api/v1/downloads", {"entry": entry})["url"])
        assert answer.status == 200, answer
        return answer.body

    def share(self, entry, **more):
        return self.ok("POST", "/api/v1/links", {"entry": entry, **more})


def send(signed, data):
    """What a client does with a signed request of the object store."""
    return request(signed["method"], signed["url"], data, signed["headers"])
