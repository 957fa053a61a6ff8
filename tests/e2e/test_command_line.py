"""What scripts rely on."""
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import urllib.parse

import pytest

from oidc import authorize
from satchel import BINARY, PASSWORD, eventually, request


@pytest.fixture
def run(server, person, tmp_path):
    """A satchel command as `person`, in an empty folder."""
    def command(*arguments, check=True, stdin="", **environment):
        done = subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=300, cwd=tmp_path,
                              env={**os.environ, **person.environment, "HOME": str(tmp_path), **environment})
        assert not check or done.returncode == 0, f"{arguments}: {done.returncode} {done.stderr}"
        return done
    return command


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_put_and_ls_and_get(run, tmp_path):
    data = os.urandom(300_000)
    write(tmp_path / "a.bin", data)
    run("put", "a.bin")
    assert run("ls").stdout == "a.bin\n"
    run("get", "a.bin", "-o", "b.bin")
    assert (tmp_path / "b.bin").read_bytes() == data


def test_folders_go_up_and_come_down_whole(run, tmp_path):
    write(tmp_path / "tree/a.txt", b"a")
    write(tmp_path / "tree/sub/deeper/b.txt", b"b" * 100)
    (tmp_path / "tree/empty").mkdir()
    run("put", "tree", "--to", "Backup/2026")
    assert run("ls", "Backup/2026/tree").stdout.split("\n") == ["a.txt", "empty", "sub", ""]
    run("get", "Backup/2026/tree", "-o", "back")
    assert subprocess.run(["diff", "-r", "tree", "back"], cwd=tmp_path, capture_output=True).returncode == 0


def test_names_come_raw_and_one_a_line(run, tmp_path):
    names = ["Grüße.txt", "日本.txt", "with space.txt", "-dash.txt", "a'b\"c.txt"]
    for name in names:
        write(tmp_path / name, b"x")
    run("put", "--", *names)
    assert sorted(run("ls").stdout.rstrip("\n").split("\n")) == sorted(names)


def test_mkdir_mv_rm(run, tmp_path):
    write(tmp_path / "a", b"x")
    run("put", "a")
    run("mkdir", "one/two")
    run("mv", "a", "one/two")
    run("mv", "one/two/a", "one/b")
    assert run("ls", "one").stdout == "b\ntwo\n"
    run("rm", "one/b")
    assert run("ls", "one").stdout == "two\n"
    gone = run("rm", "one/b", check=False)
    assert gone.returncode == 3 and "one/b" in gone.stderr and gone.stdout == ""


def test_share_prints_the_link_alone(server, run, tmp_path):
    write(tmp_path / "a.txt", b"shared")
    run("put", "a.txt")
    link = run("share", "a.txt", "--expires", "12h").stdout
    assert re.fullmatch(re.escape(server.url) + r"/s/[0-9A-Za-z]{22}\n", link)
    run("get", link.strip(), "-o", "out", SATCHEL_TOKEN="", SATCHEL_URL="")
    assert (tmp_path / "out").read_bytes() == b"shared"


def test_send_one_and_many(run, tmp_path):
    write(tmp_path / "a.txt", b"one")
    write(tmp_path / "b.txt", b"two")
    link = run("send", "a.txt").stdout.strip()
    run("get", link, "-o", "x")
    assert (tmp_path / "x").read_bytes() == b"one"
    link = run("send", "a.txt", "b.txt").stdout.strip()
    run("get", link, "-o", "both")
    assert sorted(os.listdir(tmp_path / "both")) == ["a.txt", "b.txt"]


def test_a_password_is_asked_for(run, tmp_path):
    write(tmp_path / "a.txt", b"secret")
    link = run("send", "a.txt", "--password-stdin", stdin="open sesame\n").stdout.strip()
    refused = run("get", link, "-o", "x", check=False)
    assert refused.returncode == 4 and "--password-stdin" in refused.stderr
    wrong = run("get", link, "-o", "x", "--password-stdin", stdin="wrong\n", check=False)
    assert wrong.returncode == 4
    run("get", link, "-o", "x", "--password-stdin", stdin="open sesame\n")
    assert (tmp_path / "x").read_bytes() == b"secret"


def test_a_limited_link_is_spent(run, tmp_path):
    write(tmp_path / "a.txt", b"once")
    link = run("send", "a.txt", "--max-downloads", "1").stdout.strip()
    run("get", link, "-o", "x")
    spent = eventually(lambda: (lambda done: done if done.returncode == 3 else None)(run("get", link, "-o", "y", check=False)))
    assert spent and not (tmp_path / "y").exists()


def test_a_download_goes_on_where_it_ended(run, tmp_path):
    data = os.urandom(2_000_000)
    write(tmp_path / "a.bin", data)
    run("put", "a.bin")
    write(tmp_path / "b.bin.part", data[:1_500_000])
    run("get", "a.bin", "-o", "b.bin")
    assert (tmp_path / "b.bin").read_bytes() == data
    write(tmp_path / "c.bin.part", b"of another file" * 1000)
    run("get", "a.bin", "-o", "c.bin")
    assert (tmp_path / "c.bin").read_bytes() == data, "bytes that do not belong are noticed"


def test_nothing_here_is_overwritten(run, tmp_path):
    write(tmp_path / "a", b"server")
    run("put", "a")
    write(tmp_path / "a", b"changed here")
    refused = run("get", "a", check=False)
    assert refused.returncode == 1 and (tmp_path / "a").read_bytes() == b"changed here"


def test_json_is_one_value_a_command(run, tmp_path):
    write(tmp_path / "tree/a", b"x")
    write(tmp_path / "b", b"xy")

    def ask(*arguments, **more):
        return json.loads(run(*arguments, "--json", **more).stdout)

    assert ask("put", "tree", "b")[0]["name"] in ("a", "b")
    assert [entry["name"] for entry in ask("mkdir", "m1", "m2")] == ["m1", "m2"]
    assert [entry["name"] for entry in ask("ls")] == ["b", "m1", "m2", "tree"]
    assert ask("mv", "b", "c")["name"] == "c"
    assert ask("get", "c") == {"path": "c", "size": 2}
    assert ask("get", "tree", "-o", "back") == [{"path": "back/a", "size": 1}]
    assert ask("share", "c")["url"] and ask("send", "b")["url"]
    assert [entry["name"] for entry in ask("rm", "m1", "m2")] == ["m1", "m2"]
    assert run("--json", "ls").stdout.startswith("[")
    assert ask("logout") == {}


def test_json_of_the_commands_on_the_machine(server):
    data = ["--data", server.data, "--json"]
    assert json.loads(server.command("user", "add", "json@example.org", "--password-stdin", *data, stdin=PASSWORD + "\n").stdout)["email"] == "json@example.org"
    assert json.loads(server.command("token", "create", "--user", "json@example.org", "--name", "x", *data).stdout)["token"].startswith("st_")
    assert {"setting": "data", "value": str(server.data), "from": "--data"} in json.loads(server.command("config", *data).stdout)
    for failing in (["event", "redrive", "nobody"], ["token", "create", "--user", "nobody@example.org", "--name", "x"]):
        failed = server.command(*failing, *data, check=False)
        assert failed.returncode == 3 and json.loads(failed.stderr)["detail"] and failed.stdout == ""


def test_json_errors_too(run):
    for arguments, status, kind in ((["ls", "nowhere"], 3, "not_found"), (["bogus"], 2, "usage"), ([], 2, "usage"), (["put"], 2, "usage"), (["share", "x", "--expires", "soon"], 2, "usage")):
        failed = run(*arguments, "--json", check=False)
        assert failed.returncode == status and failed.stdout == "", arguments
        problem = json.loads(failed.stderr)
        assert problem["type"] == kind and problem["detail"]


def test_errors_have_a_way_on(run, tmp_path):
    assert "satchel login" in run("ls", check=False, SATCHEL_TOKEN="", SATCHEL_URL="").stderr
    wrong = run("ls", check=False, SATCHEL_TOKEN="st_" + "x" * 43)
    assert wrong.returncode == 4 and "token" in wrong.stderr
    assert run("put", "nowhere", check=False).returncode == 3
    assert run("share", "nowhere", check=False).returncode == 3
    assert run("share", "x", "--expires", "soon", check=False).returncode != 0
    assert run("frobnicate", check=False).returncode != 0
    assert run("--help").returncode == 0 and "put" in run("--help").stdout


@pytest.mark.parametrize("arguments, said", [
    (["bogus"], "'satchel bogus'"),
    (["user", "bogus"], "'satchel user bogus'"),
    (["put", "-b.txt"], "./-b.txt"),
    (["put", "--frob", "x"], "'--frob'"),
    (["put"], "PATH is required"),
    (["share", "a", "b"], "'b'"),
    (["share", "x", "--expires", "soon"], "7d"),
    (["share", "x", "--max-downloads", "0"], "--max-downloads"),
    (["login", "localhost:8420"], "http://localhost:8420"),
    (["login", "files.example.org"], "https://files.example.org"),
    (["user", "add", "x@example.org"], "--password-stdin"),
    (["serve", "--listen", "nonsense"], "--listen"),
    (["config", "--quota", "much"], "--quota"),
])
def test_wrong_usage_is_status_2_and_named(run, arguments, said):
    wrong = run(*arguments, check=False)
    assert wrong.returncode == 2 and wrong.stdout == "" and wrong.stderr.startswith("satchel: ")
    assert said in wrong.stderr and ".." not in wrong.stderr, wrong.stderr
    assert "--help" in wrong.stderr or arguments[0] in ("serve", "config")


def test_bare_it_shows_its_help_and_the_statuses(run):
    for arguments in ([], ["user"]):
        bare = run(*arguments, check=False)
        assert bare.returncode == 2 and bare.stdout == "" and "Usage: satchel " + " ".join(arguments) in bare.stderr
    assert re.search("Exit status: 0 .* 1 .* 2 .* 3 .* 4 .* 5 ", run("--help").stdout)
    assert run("--version").returncode == 0
    assert "tls_key" not in run("serve", "--help").stdout


def test_a_folder_that_is_a_file_is_called_so(run, tmp_path):
    write(tmp_path / "a", b"x")
    run("put", "a", "--to", "d")
    for to in ("d/a", "d/a/b"):
        refused = run("put", "a", "--to", to, check=False)
        assert refused.returncode == 1 and "'d/a' is a file, not a folder" in refused.stderr


def test_two_files_for_one_place_are_named_and_the_others_go(run, tmp_path):
    for name in ("u1", "pp/same", "qq/Same"):
        write(tmp_path / name, b"x")
    refused = run("put", "u1", "pp/same", "qq/Same", "--to", "x", check=False)
    assert refused.returncode == 1
    assert "'pp/same'" in refused.stderr and "'qq/Same'" in refused.stderr and "again" not in refused.stderr
    assert run("ls", "x").stdout == "u1\n"


def test_a_folder_in_the_place_of_one_file_keeps_back_that_file_alone(run, tmp_path):
    for name in ("a", "b", "c"):
        write(tmp_path / name, b"x")
    run("mkdir", "b")
    refused = run("put", "a", "b", "c", check=False)
    assert refused.returncode == 1 and refused.stderr.count("satchel: ") == 1 and "b: There is an entry of this name" in refused.stderr
    assert run("ls").stdout == "a\nb\nc\n"


def test_bad_names_are_not_worth_another_try(run, tmp_path):
    for name in ("good", "bad\nname", "worse\tname"):
        write(tmp_path / name, b"x")
    refused = run("put", "good", "bad\nname", "worse\tname", "nowhere", "--to", "x", check=False)
    assert refused.returncode == 1 and "same command again" not in refused.stderr
    assert run("ls", "x").stdout == "good\n"
    assert run("put", "bad\nname", "--to", "y", check=False).returncode == 1
    assert "y" not in run("ls").stdout.split("\n"), "nothing is made for nothing"


def test_send_sends_all_or_nothing(run, tmp_path):
    for name in ("good", "bad\nname"):
        write(tmp_path / name, b"x")
    for other, status in (("bad\nname", 1), ("nowhere", 3)):
        refused = run("send", "good", other, check=False)
        assert refused.returncode == status and refused.stdout == "" and run("ls").stdout == ""


def test_send_says_what_is_uploaded_and_not_shared(server, run, tmp_path):
    write(tmp_path / "a.txt", b"x")
    refused = run("send", "a.txt", "--password-stdin", stdin="p" * 2000 + "\n", check=False)
    assert refused.returncode == 1 and refused.stdout == ""
    assert "uploaded to 'a.txt', not shared" in refused.stderr


def test_sends_within_a_minute_are_numbered_as_folders(run, tmp_path):
    for name in ("a", "b"):
        write(tmp_path / name, b"x")
    for _ in range(3):
        run("send", "a", "b")
    names = run("ls").stdout.splitlines()
    assert len(names) == 3 and all(re.fullmatch(r"Sent \d{4}-\d\d-\d\d \d\d\.\d\d( \(\d\))?", name) for name in names), names


def test_the_whole_space_is_not_shared(run):
    refused = run("share", "/", check=False)
    assert refused.returncode == 1 and refused.stdout == "" and "top folder" in refused.stderr


def test_get_to_standard_output(server, person, tmp_path, run):
    data = os.urandom(200_000)
    write(tmp_path / "a.bin", data)
    run("put", "a.bin", "--to", "d")
    for source in ("d/a.bin", run("share", "d/a.bin", "--max-downloads", "1").stdout.strip()):
        done = subprocess.run([BINARY, "get", source, "-o", "-"], capture_output=True, cwd=tmp_path, env={**os.environ, **person.environment, "HOME": str(tmp_path)})
        assert done.returncode == 0 and done.stdout == data and done.stderr == b""
    refused = run("get", "d", "-o", "-", check=False)
    assert refused.returncode == 1 and refused.stdout == "" and "standard output" in refused.stderr
    assert sorted(os.listdir(tmp_path)) == ["a.bin"]
    with open("/dev/full", "wb") as full:
        assert subprocess.run([BINARY, "get", "d/a.bin", "-o", "-"], stdout=full, stderr=subprocess.DEVNULL, env={**os.environ, **person.environment}).returncode == 1


def test_get_into_a_folder(run, tmp_path):
    write(tmp_path / "a.txt", b"x")
    run("put", "a.txt")
    (tmp_path / "here").mkdir()
    for output in ("here/", "here"):
        run("get", "a.txt", "-o", output)
        assert (tmp_path / "here/a.txt").read_bytes() == b"x"
    refused = run("get", "a.txt", "-o", "nowhere/", check=False)
    assert refused.returncode == 3 and "nowhere/" in refused.stderr


@pytest.mark.parametrize("password", ["", "open sesame"])
def test_a_limited_download_that_was_cut_goes_on_at_once(run, person, tmp_path, password):
    data = os.urandom(24_000_000)
    write(tmp_path / "a.bin", data)
    ask = ["--password-stdin"] if password else []
    link = run("send", "a.bin", "--max-downloads", "1", *ask, stdin=password + "\n").stdout.strip()
    (tmp_path / "a.bin").unlink()
    # The system ends it at the first byte beyond a million.
    cut = subprocess.run([BINARY, "get", link, *ask], input=password + "\n", text=True, capture_output=True, cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)},
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)))
    assert cut.returncode == -signal.SIGXFSZ and (tmp_path / "a.bin.part").exists()
    run("get", link, *ask, stdin=password + "\n")
    assert (tmp_path / "a.bin").read_bytes() == data
    assert os.listdir(tmp_path) == ["a.bin"], "nothing is left beside it"


def test_put_says_once_that_the_server_is_away(own_server, tmp_path):
    server = own_server()
    person = server.add_user("away@example.org")
    write(tmp_path / "a", b"x")
    put = subprocess.Popen([BINARY, "put", "a"], stderr=subprocess.PIPE, text=True, cwd=tmp_path, env={**os.environ, **person.environment, "HOME": str(tmp_path)})
    try:
        assert put.stderr.readline() == "satchel: the server does not answer; trying again for up to 15 minutes.\n"
        server.start()
        assert put.wait(timeout=60) == 0 and put.stderr.read() == ""
    finally:
        put.kill()
        put.stderr.close()


@pytest.mark.parametrize("arguments", [["token", "create", "--user", "x@example.org", "--name", "x"], ["event", "redrive", "purge_folder"]])
def test_no_data_folder_is_made_by_mistake(server, tmp_path, arguments):
    typo = tmp_path / "typo"
    refused = server.command(*arguments, "--data", typo, check=False)
    assert refused.returncode == 3 and f"no Satchel in {typo}" in refused.stderr and "--data" in refused.stderr
    assert not typo.exists()


def test_the_table_of_settings_is_in_line(server):
    lines = server.command("config").stdout.splitlines()
    at = lines[0].index("value")
    assert len(lines) > 10 and all(line[at - 1] == " " and line[at] != " " for line in lines), "\n".join(lines)


def test_login_by_the_browser(server, person, run, tmp_path):
    login = subprocess.Popen([BINARY, "login", server.url], stderr=subprocess.PIPE, text=True, env={**os.environ, "HOME": str(tmp_path)})
    try:
        address = next(line.strip() for line in login.stderr if "/auth/authorize?" in line)
        stranger = request("GET", urllib.parse.parse_qs(urllib.parse.urlparse(address).query)["redirect_uri"][0] + "?state=guessed&code=x")
        assert stranger.status == 400 and b"Not signed in" in stranger.body
        answer = request("GET", authorize(address, server.url, person.me["email"]))
        assert login.wait(timeout=30) == 0
    finally:
        login.kill()
        login.stderr.close()
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/html")
    assert b"Signed in" in answer.body and b"prefers-color-scheme: dark" in answer.body
    assert run("ls", SATCHEL_TOKEN="", SATCHEL_URL="").returncode == 0


def test_a_large_file_in_parts_and_again_after_a_cut(server, run, tmp_path):
    path = tmp_path / "large.bin"
    with open(path, "wb") as out:
        for _ in range(40):
            out.write(os.urandom(1_000_000))
    run("put", "large.bin")
    run("get", "large.bin", "-o", "back.bin")
    digest = [hashlib.sha256((tmp_path / name).read_bytes()).digest() for name in ("large.bin", "back.bin")]
    assert digest[0] == digest[1]
