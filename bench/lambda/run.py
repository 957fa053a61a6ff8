#!/usr/bin/env python3
"""The Lambda binary beside Node.js and Python, in one run on this machine, and its start on a root file system with an old glibc.

Each process is started anew, takes invocations of GET /api/v1/me from a stand-in for the Runtime API, and makes two signed calls of a
stand-in for DynamoDB over TLS for each: what is compared is how the three start and what they hold. Prints a table; figures go to
build/lambda-figures.json. Exits with 1 where a budget is not kept.

usage: bench/lambda/run.py [--write] [--rounds N] [--skip-old-root]      (make bench-lambda runs it)
"""
import argparse
import datetime
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = TOP / "build"
HERE = pathlib.Path(__file__).resolve().parent
NEXT_MS, RSS_MIB = 3, 12  # the budgets
CALLS = 5
KEYS = {"PROFILE": {"id": {"S": "u1"}, "email": {"S": "a@example.org"}, "name": {"S": "A"}, "role": {"S": "member"}, "epoch": {"N": "3"}, "space": {"S": "s1"}, "root": {"S": "r1"}, "created": {"N": "1"}},
        "META": {}, "QUOTA": {"owner": {"S": "u1"}, "limit": {"N": "1000"}, "avail": {"N": "900"}}}
EVENT = json.dumps({"version": "2.0", "routeKey": "GET /api/v1/me", "rawPath": "/api/v1/me", "rawQueryString": "", "headers": {}, "isBase64Encoded": False,
                    "requestContext": {"http": {"method": "GET", "sourceIp": "192.0.2.1"}, "requestId": "r1",
                                       "authorizer": {"lambda": {"user": "u1", "epoch": "3", "session": "x1", "token": "", "scopes": ""}}}})


class DynamoDb(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        item = lambda key: {**key, **KEYS[key["sk"]["S"]]}  # noqa: E731
        if "RequestItems" in request:
            (table, wanted), = request["RequestItems"].items()
            answer = {"Responses": {table: [item(key) for key in wanted["Keys"]]}, "UnprocessedKeys": {}}
        else:
            answer = {"Item": item(request["Key"])}
        body = json.dumps(answer).encode()
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: %d\r\n\r\n" % len(body) + body)


def start_dynamodb(folder):
    """A server on a free port with a certificate of its own, which the clients trust by SSL_CERT_FILE."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), DynamoDb)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"https://localhost:{server.server_port}", certificate


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


class RuntimeApi:
    """Hands one process its invocations, and notes when it asks and when it answers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(20)
        self.place = f"127.0.0.1:{self.listener.getsockname()[1]}"

    def _accept(self):
        self.connection, _ = self.listener.accept()
        self.connection.settimeout(20)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _message(self):
        """The head and body of what comes next, on whatever connection it comes: some clients open one for each."""
        while b"\r\n\r\n" not in self.buffer:
            piece = self.connection.recv(65536)
            if not piece:
                self._accept()
            self.buffer += piece
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        while len(self.buffer) < length:
            self.buffer += self.connection.recv(65536)
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return head.split(b" ")[1].decode(), body

    def run(self, command, environment, calls):
        command = [str(part) for part in command]
        environment = {**environment, "AWS_LAMBDA_RUNTIME_API": self.place}
        silence = [(os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)]
        begun = time.perf_counter()
        pid = os.posix_spawnp(command[0], command, environment, file_actions=silence)
        try:
            self._accept()
            self.buffer, figures = b"", {"calls_ms": []}
            self._message()
            figures["next_ms"] = (time.perf_counter() - begun) * 1000
            figures["rss_at_next"] = resident(pid)
            for number in range(calls):
                deadline = int(time.time() * 1000) + 10_000
                sent = time.perf_counter()
                self.connection.sendall(f"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: i{number}\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\ncontent-length: {len(EVENT)}\r\n\r\n{EVENT}".encode())
                path, body = self._message()
                figures["calls_ms"].append((time.perf_counter() - sent) * 1000)
                figures["answer"] = body.decode()
                if not path.endswith("/response"):
                    raise RuntimeError(f"{command}: {path} {body.decode()}")
                self.connection.sendall(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
                self._message()
            figures["rss_after"] = resident(pid)
            return figures
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            self.listener.close()


def prove_in_old_root(binary, environment, certificate):
    """Debian 11 (glibc 2.31), and in it nothing but its own files, the binary and a certificate: one invocation is answered there."""
    root = BUILD / "bullseye"
    if not (root / "bin/sh").exists():
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["debootstrap", "--variant=minbase", "bullseye", root], check=True, stdout=subprocess.DEVNULL)
    shutil.copy(binary, root / "bootstrap")
    shutil.copy(certificate, root / "cert.pem")
    (root / "etc/hosts").unlink(missing_ok=True)
    libc = next(root.glob("lib/*/libc-*.so")).name
    # The library that a static getaddrinfo() would have been led into, and have aborted on.
    (root / "etc/nsswitch.conf").write_text("hosts: files myhostname dns\n")
    figures = RuntimeApi().run(["chroot", root, "/bootstrap"], {**environment, "SSL_CERT_FILE": "/cert.pem"}, 1)
    status = json.loads(figures["answer"])["statusCode"]
    if status != 200:
        raise RuntimeError(f"in Debian 11: {figures['answer']}")
    return f"Debian 11 ({libc}), no /etc/hosts, nsswitch.conf with a module: invocation answered with {status}"


def measure(command, environment, rounds):
    runs = [RuntimeApi().run(command, environment, CALLS) for _ in range(rounds)]
    for run in runs:
        if json.loads(run["answer"])["statusCode"] != 200:
            raise RuntimeError(f"{command}: {run['answer']}")
    median = lambda values: statistics.median(list(values))  # noqa: E731
    return {"rounds": rounds, "next_ms": median(run["next_ms"] for run in runs), "first_call_ms": median(run["calls_ms"][0] for run in runs),
            "warm_ms": median(value for run in runs for value in run["calls_ms"][1:]),
            "rss_at_next_mib": median(run["rss_at_next"] for run in runs), "rss_after_mib": median(run["rss_after"] for run in runs)}


def table(figures, zip_bytes, proof):
    lines = ["| | exec to first `next` | first call | warm call | resident at `next` | after the first calls |", "|---|---|---|---|---|---|"]
    for name, one in figures.items():
        lines.append(f"| {name} | {one['next_ms']:.1f} ms | {one['first_call_ms']:.1f} ms | {one['warm_ms']:.2f} ms | {one['rss_at_next_mib']:.1f} MiB | {one['rss_after_mib']:.1f} MiB |")
    ours = figures["Satchel"]
    met = {"exec to first next": ours["next_ms"] <= NEXT_MS, "resident after the first calls": ours["rss_after_mib"] <= RSS_MIB, "zip": zip_bytes <= 4 * 1024 ** 2}
    lines += ["", f"Budgets: {NEXT_MS} ms to the first `next`, {RSS_MIB} MiB, a zip of 4 MiB; the zip has {zip_bytes / 1024 ** 2:.2f} MiB. " + ("All kept." if all(met.values()) else "NOT kept: " + ", ".join(name for name, good in met.items() if not good))]
    return "\n".join(lines + ([f"Start on an old system: {proof}."] if proof else [])), met


def write_document(text):
    path = TOP / "docs/benchmarks.md"
    before, begin, rest = path.read_text().partition("<!-- lambda -->\n")
    _, end, after = rest.partition("<!-- /lambda -->\n")
    path.write_text(before + begin + text + "\n" + end + after)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md, too")
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--skip-old-root", action="store_true", help="without Debian 11, which needs root and a Debian mirror")
    options = parser.parse_args()
    folder = BUILD / "lambda-bench"
    folder.mkdir(parents=True, exist_ok=True)
    binary = BUILD / "lambda/zip/bootstrap"
    endpoint, certificate = start_dynamodb(folder)
    environment = {"PATH": os.environ["PATH"], "_HANDLER": "entries", "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
                   "AWS_ENDPOINT_URL_DYNAMODB": endpoint, "SSL_CERT_FILE": str(certificate), "SATCHEL_TABLE": "dynamodb://satchel", "SATCHEL_OBJECTS": "s3://bucket",
                   "SATCHEL_PUBLIC_URL": "https://files.example.org", "SATCHEL_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}
    proof = None if options.skip_old_root else prove_in_old_root(binary, environment, certificate)
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    commands = {"Satchel": [str(binary)], f"Node.js {node[1:]}, no SDK": [shutil.which("node"), str(HERE / "peer.mjs")],
                f"Python {sys.version.split()[0]}, no SDK": [sys.executable, "-S", "-E", str(HERE / "peer.py")]}
    figures = {name: measure(command, environment, options.rounds if name == "Satchel" else max(3, options.rounds // 3)) for name, command in commands.items()}
    zip_bytes = (BUILD / "satchel-lambda-x86_64.zip").stat().st_size
    text, met = table(figures, zip_bytes, proof)
    print(text)
    (BUILD / "lambda-figures.json").write_text(json.dumps({"when": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "calls_a_process": CALLS, "zip_bytes": zip_bytes,
                                                           "old_root": proof, "budgets_kept": met, "figures": figures}, indent=2) + "\n")
    if options.write:
        write_document(text)
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
