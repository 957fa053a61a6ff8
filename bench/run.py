#!/usr/bin/env python3
"""Satchel beside Debian's nginx, in one run on this machine: medians and ratios, printed as the table of docs/benchmarks.md.

usage: bench/run.py [--write] [--rounds N] [--only WORD]      (make bench runs it; SATCHEL_BINARY names the release binary)
"""
import argparse
import datetime
import os
import pathlib
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
os.environ.setdefault("SATCHEL_BINARY", str(TOP / "build/satchel"))
sys.path.insert(0, str(TOP / "tests/e2e"))
from satchel import BINARY, Api, Server, checksum, eventually, free_port, request  # noqa: E402

GIB = 1024 ** 3
rows, aims = [], []


def progress(text):
    print(f"… {text}", file=sys.stderr, flush=True)


def row(what, ours, peer="–", ratio="–", aim="–", met=None):
    rows.append((what, ours, peer, ratio, aim + ("" if met is None else " ✔" if met else " ✘")))
    if met is not None:
        aims.append((what, met))


def ratio_row(what, ours, peers, unit, aim):
    """Throughputs, larger is better; the ratio of medians against an aim."""
    ours, peer = statistics.median(ours), statistics.median(peers)
    row(what, f"{ours:.2f} {unit}", f"{peer:.2f} {unit}", f"{ours / peer:.2f}", f"≥ {aim}", ours / peer >= aim)


class Nginx:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        for name in ("files/put", "temp"):
            (folder / name).mkdir(parents=True)
        subprocess.run(["chmod", "-R", "a+rwX", folder], check=True)
        (folder / "nginx.conf").write_text((TOP / "bench/nginx.conf.in").read_text().replace("@folder@", str(folder)).replace("@port@", str(self.port)))
        self.url = f"http://127.0.0.1:{self.port}"
        user = ["-g", "user root;"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-p", folder, "-c", folder / "nginx.conf", *user], stderr=subprocess.DEVNULL)
        assert eventually(lambda: self._ready())

    def _ready(self):
        try:
            return request("GET", self.url + "/small").status == 200
        except OSError:
            return False

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)


def cpu_seconds(pid):
    """Of all threads, from the scheduler's nanoseconds."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except OSError:
            pass
    return total / 1e9


def memory_mib(pid, field="VmRSS"):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise KeyError(field)


def timed(*command):
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def get_all(url, connections):
    """GiB a second over so many connections at once."""
    command = ["curl", "-sSf", "-o", "/dev/null", url]
    started = time.perf_counter()
    fetches = [subprocess.Popen(command) for _ in range(connections)]
    assert all(fetch.wait() == 0 for fetch in fetches)
    return connections / (time.perf_counter() - started)


def wrk(url, *arguments, connections=16, seconds=5, headers=()):
    """Requests a second, as wrk counts them; any answer but 2xx or 3xx is an error."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *[part for header in headers for part in ("-H", header)], *arguments, url]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out:
        raise AssertionError(out)
    return float(next(line for line in out.splitlines() if line.startswith("Requests/sec")).split()[1])


def rate_row(server, what, url, peer_rate=None, **options):
    rates, costs = [], []
    for _ in range(3):
        before, started = cpu_seconds(server.process.pid), time.perf_counter()
        rate = wrk(url, **options)
        costs.append((cpu_seconds(server.process.pid) - before) * 1e6 / (rate * (time.perf_counter() - started)))
        rates.append(rate)
    row(what, f"{statistics.median(rates):,.0f}/s, {statistics.median(costs):.0f} µs CPU each", peer_rate or "–")


def make_file(path, size):
    with open(path, "wb") as out:
        block = os.urandom(1 << 20)
        for _ in range(size >> 20):
            out.write(block)
    return path


class Bench:
    def __init__(self, rounds):
        self.rounds = rounds
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="satchel-bench-", dir=os.environ.get("BENCH_FOLDER", TOP / "build")))
        (self.folder / "satchel").mkdir()
        self.server = Server(folder=self.folder / "satchel").start()
        self.person = self.server.add_user("bench@example.org", admin=True)
        self.nginx = Nginx(self.folder / "nginx")
        self.large = make_file(self.folder / "large", GIB)

    def close(self):
        self.nginx.stop()
        self.server.destroy()
        shutil.rmtree(self.folder, ignore_errors=True)

    def idle(self):
        row("idle memory after start", f"{memory_mib(self.server.process.pid):.1f} MiB", aim="< 40 MiB", met=memory_mib(self.server.process.pid) < 40)

    def downloads(self):
        progress("downloads of 1 GiB")
        self.server.command("put", self.large, environment=self.person.environment, timeout=600)
        entry = next(entry["id"] for entry in self.person.entries() if entry["name"] == "large")
        shutil.copy(self.large, self.folder / "nginx/files/large")
        for connections in (1, 16):
            ours, peer = [], []
            for _ in range(self.rounds):
                ours.append(get_all(self.person.ok("POST", "/api/v1/downloads", {"entry": entry})["url"], connections))
                peer.append(get_all(self.nginx.url + "/large", connections))
            ratio_row(f"download of 1 GiB by presigned GET, {connections} connection{'s' * (connections > 1)}", ours, peer, "GiB/s", 0.9)

    def uploads(self):
        progress("durable uploads of 1 GiB")
        ours, peer = [], []
        for n in range(self.rounds):
            signed = self.one_line_put(f"one-{n}", GIB)
            ours.append(1 / timed("curl", "-sSf", "-T", self.large, "-H", "Expect:", signed))
            target = self.folder / f"nginx/files/put/{n}"
            started = time.perf_counter()
            subprocess.run(["curl", "-sSf", "-o", "/dev/null", "-T", self.large, "-H", "Expect:", f"{self.nginx.url}/put/{n}"], check=True)
            subprocess.run(["sync", target, target.parent], check=True)
            peer.append(1 / (time.perf_counter() - started))
            target.unlink()
            self.forget(f"one-{n}")
        ratio_row("durable upload of 1 GiB by presigned PUT (nginx: DAV PUT, then sync)", ours, peer, "GiB/s", 0.9)

    def one_line_put(self, name, size):
        """The presigned PUT that the one-line upload is redirected to."""
        answer = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{redirect_url}", "-X", "PUT", "-H", f"Content-Length: {size}", "-H", f"Authorization: Bearer {self.person.token}",
                                 f"{self.server.url}/api/v1/put/{name}"], check=True, capture_output=True, text=True).stdout
        assert answer, "no redirect"
        return answer

    def forget(self, name):
        found = eventually(lambda: [entry["id"] for entry in self.person.entries() if entry["name"] == name])
        self.person.ok("DELETE", f"/api/v1/entries/{found[0]}")
        self.person.ok("DELETE", f"/api/v1/trash/{found[0]}")

    def small_uploads(self):
        progress("durable uploads of 4 KiB by 32 clients")
        data, folder, total = b"x" * 4096, self.person.folder("small"), 18_000
        value, lines = checksum(data), []
        for first in range(0, total, 90):
            files = [{"folder": folder, "name": f"s{first + n}", "size": 4096, "checksum": value} for n in range(90)]
            for upload in self.person.ok("POST", "/api/v1/uploads", {"files": files})["uploads"]:
                fields = {name: text for name, text in upload["put"]["headers"].items() if name.lower() not in ("host", "content-length")}
                lines.append(upload["put"]["url"][len(self.server.url):] + "\t" + "".join(f"{name}={text}\t" for name, text in fields.items()))
        (self.folder / "requests").write_text("\n".join(lines) + "\n")
        os.environ.update(BENCH_REQUESTS=str(self.folder / "requests"), BENCH_THREADS="1")
        before, started = cpu_seconds(self.server.process.pid), time.perf_counter()
        rate = wrk(self.server.url, "-s", str(TOP / "bench/put_small.lua"), connections=32, seconds=2)
        cost = (cpu_seconds(self.server.process.pid) - before) * 1e6 / (rate * (time.perf_counter() - started))
        row("4 KiB durable uploads, 32 clients", f"{rate:,.0f}/s, {cost:.0f} µs CPU each")

    def requests(self):
        progress("a folder of 10,000 entries")
        folder = self.person.folder("many")
        for first in range(0, 10_000, 90):
            count = min(90, 10_000 - first)
            names = [f"file {first + n:05}.txt" for n in range(count)]
            made = self.person.ok("POST", "/api/v1/uploads", {"files": [{"folder": folder, "name": name, "size": 1, "checksum": checksum(b"x")} for name in names]})["uploads"]
            for upload in made:
                signed = upload["put"]
                request(signed["method"], signed["url"], b"x", signed["headers"])
            self.person.ok("POST", "/api/v1/uploads/complete", {"uploads": [{"id": upload["id"]} for upload in made]})
        bearer = [f"Authorization: Bearer {self.person.token}"]
        hello = f"nginx, 13 bytes: {statistics.median([wrk(self.nginx.url + '/small', seconds=2) for _ in range(3)]):,.0f}/s"
        rate_row(self.server, "first page of a folder of 10,000 entries", f"{self.server.url}/api/v1/folders/{folder}/entries", hello, headers=bearer)
        link = self.person.share(self.person.entries(folder)[0]["id"])["url"].split("/s/")[1]
        rate_row(self.server, "opening a link", f"{self.server.url}/api/v1/public/links/{link}", hello)
        body = self.folder / "sign-in.lua"
        body.write_text('wrk.method = "POST"\nwrk.body = [[{"email":"bench@example.org","password":"a long enough pass phrase"}]]\n'
                        'wrk.headers["Content-Type"] = "application/json"\nwrk.headers["Satchel-Request"] = "1"\n')
        before, started = cpu_seconds(self.server.process.pid), time.perf_counter()
        rate = wrk(f"{self.server.url}/auth/api/sign-in", "-s", str(body), connections=2)
        cost = (cpu_seconds(self.server.process.pid) - before) * 1e6 / (rate * (time.perf_counter() - started))
        row("sign-in (Argon2id, 64 MiB, t = 3)", f"{rate:,.1f}/s, {cost:,.0f} µs CPU each")

    def many_transfers(self):
        progress("50 uploads and 50 downloads of 1 GiB at once")
        pid = self.server.process.pid
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
        entry = next(entry["id"] for entry in self.person.entries() if entry["name"] == "large")
        running = []
        for n in range(50):
            running.append(subprocess.Popen(["curl", "-sS", "-o", "/dev/null", "--limit-rate", "8M", self.person.ok("POST", "/api/v1/downloads", {"entry": entry})["url"]]))
            running.append(subprocess.Popen(["curl", "-sS", "-o", "/dev/null", "--limit-rate", "8M", "-H", "Expect:", "-T", self.large, self.one_line_put(f"many-{n}", GIB)]))
        time.sleep(20)
        alive = sum(process.poll() is None for process in running)
        peak = memory_mib(pid, "VmHWM")
        for process in running:
            process.kill()
            process.wait()
        assert alive == 100, f"only {alive} of 100 transfers were running: the log is {self.server.log.name}"
        row("memory at its peak, 50 uploads and 50 downloads of 1 GiB at once (20 s of them)", f"{peak:.1f} MiB", aim="< 128 MiB", met=peak < 128)

    def start(self):
        progress("start with 100,000 entries")
        folder, entries = self.person.folder("start"), 100_000

        def make(numbers):
            mine = Api(self.server.url, self.person.token)
            for n in numbers:
                mine.folder(f"d{n // 1000}/e{n}", folder)
        makers = [threading.Thread(target=make, args=(range(first, entries, 16),)) for first in range(16)]
        for maker in makers:
            maker.start()
        for maker in makers:
            maker.join()
        times = []
        for _ in range(5):
            assert self.server.stop() == 0
            started = time.perf_counter()
            self.server.process = subprocess.Popen([BINARY, "serve", "--data", str(self.server.data), "--listen", f"127.0.0.1:{self.server.port}", "--public-url", self.server.url],
                                                   stdout=self.server.log, stderr=self.server.log)
            while True:
                try:
                    if request("GET", self.server.url + "/readyz", timeout=2).status == 200:
                        break
                except OSError:
                    time.sleep(0.001)
            times.append((time.perf_counter() - started) * 1000)
        median = statistics.median(times)
        row(f"clean start to the first answer, {entries:,} entries", f"{median:.0f} ms", aim="< 200 ms", met=median < 200)


def table():
    lines = ["| what | Satchel | nginx | ratio | aim |", "|---|---|---|---|---|"]
    return "\n".join(lines + [f"| {' | '.join(cells)} |" for cells in rows])


def heading():
    commit = subprocess.run(["git", "-C", TOP, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return f"{datetime.date.today()}, commit {commit}, {os.cpu_count()} cores ({cpu}), Linux {platform.release()}, loopback, medians."


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="idle, downloads, uploads, small_uploads, many_transfers, requests or start")
    options = parser.parse_args()
    free = shutil.disk_usage(os.environ.get("BENCH_FOLDER", TOP / "build")).free
    if free < 60 * GIB:
        sys.exit(f"The benchmark needs 60 GiB of free disk (there are {free // GIB}): 50 uploads of 1 GiB are reserved at once. Set BENCH_FOLDER to a folder on a larger disk.")
    bench = Bench(options.rounds)
    try:
        # The sign-ins come late: each takes 64 MiB while it lasts.
        for name in ("idle", "downloads", "uploads", "small_uploads", "many_transfers", "requests", "start"):
            if options.only in ("", name) or (name == "downloads" and options.only == "many_transfers"):
                getattr(bench, name)()
    finally:
        bench.close()
    text = f"{heading()}\n\n{table()}\n"
    print(text)
    if options.write:
        document = TOP / "docs/benchmarks.md"
        head = document.read_text().split("<!-- table -->")[0]
        document.write_text(head + "<!-- table -->\n\n" + text)
    for what, met in aims:
        if not met:
            print(f"missed: {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
