"""The lines that the README promises to people who have nothing but curl."""
import os
import subprocess

from engines import ELSEWHERE
from satchel import eventually


def curl(*arguments, cwd=None):
    done = subprocess.run(["curl", "-sS", *map(str, arguments)], capture_output=True, text=True, timeout=60, cwd=cwd)
    return done


def test_a_link_downloads_under_its_own_name(person, tmp_path):
    link = person.share(person.put("Bericht über alles.txt", b"inhalt")["id"])["url"]
    done = curl("-fLOJ", link + "/file", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [(tmp_path / name).read_bytes() for name in os.listdir(tmp_path)] == [b"inhalt"]


def test_a_limited_link_wants_a_press(person, tmp_path):
    link = person.share(person.put("a.txt", b"once")["id"], max_downloads=1)["url"]
    assert curl("-o", "/dev/null", "-w", "%{http_code}", link + "/file").stdout == "405"
    done = curl("-fLOJ", "-d", "", link + "/file", cwd=tmp_path)
    assert done.returncode == 0 and (tmp_path / "a.txt").read_bytes() == b"once"
    assert eventually(lambda: curl("-o", "/dev/null", "-w", "%{http_code}", "-d", "", link + "/file").stdout == "410")


def test_what_is_not_there_says_so(server, person):
    def status(url, *more):
        return curl("-o", "/dev/null", "-w", "%{http_code}", *more, url).stdout
    entry = person.put("a.txt", b"x")["id"]
    assert status(server.url + "/s/" + "0" * 22 + "/file") == "404"
    withdrawn = person.share(entry)
    person.ok("DELETE", f"/api/v1/links/{withdrawn['id']}")
    assert status(withdrawn["url"] + "/file") == "410"
    assert status(person.share(entry, password="open sesame")["url"] + "/file") == "401"


def test_an_upload_in_one_line(server, person, tmp_path):
    data = os.urandom(500_000)
    (tmp_path / "notes.bin").write_bytes(data)
    done = curl("-fL", "-T", tmp_path / "notes.bin", "-H", f"Authorization: Bearer {person.token}", server.url + "/api/v1/put/notes.bin")
    assert done.returncode == 0, done.stderr
    within = 20 if ELSEWHERE else 2  # nobody tells of it there, so it is looked for
    assert eventually(lambda: person.names() == ["notes.bin"], within), f"not listed within {within} seconds"
    assert person.read(person.entries()[0]["id"]) == data


def test_without_a_token_nothing_is_taken(server, tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    assert curl("-o", "/dev/null", "-w", "%{http_code}", "-L", "-T", tmp_path / "a", server.url + "/api/v1/put/a").stdout == "401"
