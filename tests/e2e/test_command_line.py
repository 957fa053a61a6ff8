"""What scripts rely on."""
import hashlib
import json
import os
import re
import subprocess

import pytest

from satchel import eventually


@pytest.fixture
def run(server, person, tmp_path):
    """A satchel command as `person`, in an empty folder."""
    def command(*arguments, check=True, stdin="", **environment):
        import satchel
        done = subprocess.run([satchel.BINARY, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=300, cwd=tmp_path,
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


def test_json_for_scripts(run, tmp_path):
    write(tmp_path / "a", b"x")
    assert json.loads(run("--json", "put", "a").stdout)[0]["name"] == "a"
    assert json.loads(run("--json", "ls").stdout)[0]["size"] == 1
    assert json.loads(run("--json", "share", "a").stdout)["max_downloads" if False else "kind"] == "file"
    failed = run("--json", "ls", "nowhere", check=False)
    assert failed.returncode == 3 and json.loads(failed.stderr)["type"]


def test_errors_have_a_way_on(run, tmp_path):
    assert "satchel login" in run("ls", check=False, SATCHEL_TOKEN="", SATCHEL_URL="").stderr
    wrong = run("ls", check=False, SATCHEL_TOKEN="st_" + "x" * 43)
    assert wrong.returncode == 4 and "token" in wrong.stderr
    assert run("put", "nowhere", check=False).returncode == 3
    assert run("share", "nowhere", check=False).returncode == 3
    assert run("share", "x", "--expires", "soon", check=False).returncode != 0
    assert run("frobnicate", check=False).returncode != 0
    assert run("--help").returncode == 0 and "put" in run("--help").stdout


def test_a_large_file_in_parts_and_again_after_a_cut(server, run, tmp_path):
    path = tmp_path / "large.bin"
    with open(path, "wb") as out:
        for _ in range(40):
            out.write(os.urandom(1_000_000))
    run("put", "large.bin")
    run("get", "large.bin", "-o", "back.bin")
    digest = [hashlib.sha256((tmp_path / name).read_bytes()).digest() for name in ("large.bin", "back.bin")]
    assert digest[0] == digest[1]
