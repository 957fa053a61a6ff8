"""Starts engines on free ports of the loopback address, waits until they answer, and ends what it started, by its process group."""
import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from engines.get import FOLDER


class DidNotStart(Exception):
    """An engine that was got and does not come up; the text names its log."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    """Whether an HTTP server is there, whatever it says."""
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_until(holds, what, log, process=None, patience=120):
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end or process is not None and process.poll() is not None:
            raise DidNotStart(f"{what} did not start; its log is {log}")
        time.sleep(0.1)


@contextlib.contextmanager
def started(name, command, environment=None, cwd=None):
    """The process, and where its output goes. It leads a group of its own, which ends with the block."""
    log = FOLDER / f"{name}.log"
    with open(log, "w") as output:
        process = subprocess.Popen([str(word) for word in command], stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=cwd,
                                   env={**os.environ, **(environment or {})}, start_new_session=True)
    try:
        yield process, log
    finally:
        end(process)


def end(process):
    for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


@contextlib.contextmanager
def serving(name, command, port, environment=None, path="/", patience=120):
    """A server that is up: its origin."""
    origin = f"http://127.0.0.1:{port}"
    with started(name, command, environment) as (process, log):
        wait_until(lambda: answers(origin + path), name, log, process, patience)
        yield origin
