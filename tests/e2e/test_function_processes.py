"""Functions in processes of their own (functions = process): real `bootstrap` processes that are killed, stopped, and never start."""
import os
import pathlib
import signal
import subprocess
import threading

import pytest

from satchel import BINARY, BOOTSTRAP, Api, eventually, request


@pytest.fixture
def process_server(own_server):
    """A server whose functions run in processes; `bootstrap` is the program they run."""
    return lambda bootstrap=BOOTSTRAP, **environment: own_server(environment={"SATCHEL_FUNCTIONS": "process", "SATCHEL_BOOTSTRAP": str(bootstrap), "SATCHEL_LOG_LEVEL": "info", **environment})


def children(server, handler=None):
    """Process ids of the server's functions, by their group where one is named."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == server.process.pid and f"_HANDLER={handler}\0" in (folder / "environ").read_text() if handler else parent == server.process.pid:
                found.append(int(folder.name))
        except (OSError, ValueError):
            continue  # it has ended meanwhile
    return found


def is_gone(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_processes_come_with_work_and_go_with_the_server(process_server):
    server = process_server().start()
    person = server.add_user("come@example.org")
    assert children(server, "entries") == [], "none where nothing is asked"
    assert person.me["email"] == "come@example.org"
    assert len(children(server, "entries")) == 1
    person.put("a", b"x")
    assert children(server, "uploads") and len(children(server, "entries")) == 1, "one that is idle is used again"
    running = children(server)
    assert server.stop() == 0
    assert all(map(is_gone, running))
    assert '"level":"error"' not in server.read_log(), "an orderly stop is no error"


def test_processes_die_with_a_server_that_is_killed(process_server):
    server = process_server().start()
    server.add_user("die@example.org").put("a", b"x")
    running = children(server)
    assert running
    server.kill()
    assert eventually(lambda: all(map(is_gone, running)))


def test_a_process_has_nothing_of_the_servers(process_server):
    server = process_server(SATCHEL_PLANTED="secret").start()
    server.add_user("clean@example.org").me
    [pid] = children(server, "entries")
    names = {line.split("=")[0] for line in pathlib.Path(f"/proc/{pid}/environ").read_text().split("\0") if line}
    assert names <= {"SATCHEL_TABLE", "SATCHEL_OBJECTS", "SATCHEL_PUBLIC_URL", "SATCHEL_ISSUER", "SATCHEL_AUDIENCE", "SATCHEL_QUOTA", "SATCHEL_OBJECT_EVENTS", "SATCHEL_LOG_LEVEL", "SATCHEL_ACCESS_TOKEN_LIFETIME",
                     "SATCHEL_UPLOAD_URL_LIFETIME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "_HANDLER",
                     "LAMBDA_TASK_ROOT", "TZ"}, f"it seals nothing, so it has no master key either: {names}"
    data = str(server.data)
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        assert not os.readlink(descriptor).startswith(data), "no file of the data folder is open in a function"


def test_a_crash_loses_at_most_what_was_asked(process_server):
    server = process_server().start()
    person = server.add_user("crash@example.org")
    root, stop, statuses = person.root, threading.Event(), []

    def ask():
        while not stop.is_set():
            statuses.append(person("GET", f"/api/v1/folders/{root}/entries").status)
    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for _ in range(8):
        before = statuses.count(200)
        for pid in children(server, "entries"):
            os.kill(pid, signal.SIGKILL)
        # One that was killed while it started rests its group for a second, and the askers are told so at once, again and again.
        assert eventually(lambda: statuses.count(200) > before + 8), "it goes on"
    stop.set()
    for asker in askers:
        asker.join()
    assert set(statuses) <= {200, 503}, set(statuses)
    assert person("GET", f"/api/v1/folders/{root}/entries").status == 200
    assert request("GET", server.url + "/readyz").status == 200


def test_a_crash_is_answered_with_a_sentence_and_the_request_id(process_server):
    server = process_server().start()
    person = server.add_user("sentence@example.org")
    root = person.root
    [pid] = children(server, "entries")
    os.kill(pid, signal.SIGSTOP)  # it takes the work and does nothing with it
    answers = []
    asker = threading.Thread(target=lambda: answers.append(person("GET", f"/api/v1/folders/{root}/entries")))
    asker.start()
    # Once a second request gets a process of its own, the first lies with the one that stands still.
    assert person("GET", f"/api/v1/folders/{root}/entries").status in (200, 503, 504)
    if asker.is_alive():
        os.kill(pid, signal.SIGKILL)
    asker.join()
    for answer in answers:
        if answer.status == 200:
            continue
        assert answer.status in (503, 504) and answer.json["detail"] and answer.json["request_id"] in server.read_log(), answer


def test_what_hangs_is_killed_at_its_deadline(process_server):
    server = process_server().start()
    person = server.add_user("hang@example.org")
    root = person.root
    # One that is stopped between its answer and its asking for more gets no work, and another one answers: then once more.
    for _ in range(5):
        stopped = children(server, "entries")
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        answer = person("GET", f"/api/v1/folders/{root}/entries")
        if answer.status != 200:
            break
    assert answer.status == 504 and answer.json["type"] == "function_timed_out", answer
    assert answer.json["request_id"] in server.read_log()
    assert eventually(lambda: all(is_gone(pid) for pid in stopped))
    assert person("GET", f"/api/v1/folders/{root}/entries").status == 200


def program(folder, text):
    path = folder / "bootstrap"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_functions_that_cannot_start_take_nobody_with_them(process_server, tmp_path):
    server = process_server(program(tmp_path, "echo there is no table >&2\nexit 7")).start()
    person = server.add_user("start@example.org")
    for _ in range(20):
        answer = person("GET", "/api/v1/me")
        assert answer.status == 503 and answer.json["type"] == "function_not_started" and "request id" in answer.json["detail"], answer
        assert answer.headers["Retry-After"]
    log = server.read_log()
    assert log.count("there is no table") < 8, "no storm of starts"
    assert sum('"function.not_started"' in line and '"entries"' in line for line in log.splitlines()) == 1, "said once"
    assert "ended with status 7" in log
    assert request("GET", server.url + "/readyz").status == 200
    assert request("GET", server.url + "/").status == 200
    assert server.stop() == 0


def test_a_stop_while_functions_hang_ends_in_time(process_server):
    server = process_server().start()
    person = server.add_user("stop@example.org")
    root = person.root
    for pid in children(server):
        os.kill(pid, signal.SIGSTOP)

    def ask():
        try:
            person("GET", f"/api/v1/folders/{root}/entries")
        except OSError:
            pass  # the server is gone
    asker = threading.Thread(target=ask)
    asker.start()
    assert server.stop() == 0
    asker.join()


def test_a_program_that_is_missing_is_said_in_a_sentence(tmp_path):
    done = subprocess.run([BINARY, "serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", "--functions", "process", "--bootstrap", tmp_path / "nothing"], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and str(tmp_path / "nothing") in done.stderr and "bootstrap" in done.stderr


def test_nobody_else_gets_at_what_functions_get_at(process_server):
    """The ports on loopback are no way around the gates."""
    server = process_server().start()
    server.add_user("ports@example.org").me
    [pid] = children(server, "entries")
    environment = dict(line.split("=", 1) for line in pathlib.Path(f"/proc/{pid}/environ").read_text().split("\0") if line)
    runtime = "http://" + environment["AWS_LAMBDA_RUNTIME_API"].split("/")[0]
    assert request("GET", f"{runtime}/2018-06-01/runtime/invocation/next").status == 403
    assert request("GET", f"{runtime}/guessed/2018-06-01/runtime/invocation/next").status == 403
    table = environment["SATCHEL_TABLE"].split("endpoint=")[1]
    answer = request("POST", table + "/", b'{"TableName":"satchel"}', {"X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": "application/x-amz-json-1.0"})
    assert answer.status == 400 and "MissingAuthenticationToken" in answer.json["__type"], answer
    objects = environment["SATCHEL_OBJECTS"].split("endpoint=")[1].split("&")[0]
    assert request("GET", objects + "/satchel/anything").status == 403


@pytest.mark.skipif(os.environ.get("SATCHEL_FUNCTIONS") == "process", reason="the rest of the suite does all of this")
def test_a_whole_day_in_processes(process_server):
    """A little of everything, where the whole suite runs in one process."""
    server = process_server().start()
    person = server.add_user("day@example.org")
    entry = person.put("notes.txt", b"hello")
    assert person.read(entry["id"]) == b"hello"
    folder = person.folder("a/b")
    person.ok("PATCH", f"/api/v1/entries/{entry['id']}", {"parent": folder})
    link = person.share(entry["id"], password="open sesame", max_downloads=1)
    token = link["url"].split("/s/")[1]
    public = Api(server.url)
    ticket = public.ok("POST", f"/api/v1/public/links/{token}/unlock", {"password": "open sesame"})["ticket"]
    url = public.ok("POST", f"/api/v1/public/links/{token}/downloads", {}, {"Satchel-Link-Ticket": ticket})["url"]
    assert request("GET", url).body == b"hello"
    person.ok("DELETE", f"/api/v1/links/{link['id']}")
    assert request("GET", url).status == 403, "revoked at once, here too"
    person.ok("DELETE", f"/api/v1/entries/{entry['id']}")
    assert "notes.txt" not in person.names(folder)
    upload = person.begin("lost", b"found")
    request(upload["put"]["method"], upload["put"]["url"], b"found", upload["put"]["headers"])
    assert eventually(lambda: "lost" in person.names(), 20), "the store's event is handled by a process, too"
