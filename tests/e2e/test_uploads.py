import socket
import threading
import urllib.parse

from satchel import checksum, eventually, request, send

MIB = 1024 * 1024


def test_an_upload_is_listed_and_reads_back(person):
    entry = person.put("a.txt", b"hello")
    assert entry["name"] == "a.txt" and entry["size"] == 5
    assert person.names() == ["a.txt"]
    assert person.read(entry["id"]) == b"hello"


def test_an_empty_file_is_a_file(person):
    entry = person.put("empty", b"")
    assert entry["size"] == 0 and person.read(entry["id"]) == b""


def test_the_event_finishes_an_upload_whose_client_vanished(person):
    upload = person.begin("vanished.txt", b"bytes")
    assert send(upload["put"], b"bytes").status == 200
    assert eventually(lambda: person.names() == ["vanished.txt"], 5)


def test_other_bytes_than_were_signed_for_are_refused(person):
    upload = person.begin("a", b"hello")
    assert send(upload["put"], b"hellO").status == 400
    longer = {**upload["put"], "headers": {**upload["put"]["headers"], "content-length": "6"}}
    assert send(longer, b"hello!").status == 403, "the length is signed"
    assert send(upload["put"], b"hello").status == 200
    assert send(upload["put"], b"hello").status == 412
    assert person.ok("POST", f"/api/v1/uploads/{upload['id']}/complete", {})["size"] == 5


def test_parts_go_one_by_one_and_again(person):
    data = bytes(range(256)) * (9 * MIB // 256)
    upload = person.ok("POST", "/api/v1/uploads", {"files": [{"folder": person.root, "name": "big", "size": len(data)}]})["uploads"][0]
    size = upload["part_size"]
    pieces = [data[at:at + size] for at in range(0, len(data), size)]
    wanted = [{"number": n, "length": len(piece), "checksum": checksum(piece)["value"]} for n, piece in enumerate(pieces, 1)]
    signed = person.ok("POST", f"/api/v1/uploads/{upload['id']}/parts", {"parts": wanted})["parts"]
    assert send(signed[1]["request"], pieces[1]).status == 200
    state = person.ok("GET", f"/api/v1/uploads/{upload['id']}")
    assert [part["number"] for part in state["parts_present"]] == [2]
    assert send(signed[0]["request"], pieces[0]).status == 200
    assert send(signed[0]["request"], pieces[0]).status == 200, "a part may be sent again"
    done = [{"number": part["number"], "checksum": part["checksum"]} for part in wanted]
    first = person.ok("POST", f"/api/v1/uploads/{upload['id']}/complete", {"parts": done})
    again = person.ok("POST", f"/api/v1/uploads/{upload['id']}/complete", {"parts": done})
    assert first["id"] == again["id"] and person.read(first["id"]) == data


def test_an_aborted_upload_gives_its_space_back(person):
    before = person.me["space"]["avail"]
    upload = person.begin("a", b"x" * 1000)
    assert person.me["space"]["avail"] == before - 1000
    person.ok("DELETE", f"/api/v1/uploads/{upload['id']}")
    assert person.me["space"]["avail"] == before
    assert send(upload["put"], b"x" * 1000).status in (200, 403, 404)
    assert person.names() == []


def test_more_than_the_quota_is_refused_before_a_byte_is_sent(person, signed_in_admin):
    signed_in_admin.ok("PATCH", f"/api/v1/users/{person.me['id']}", {"limit": 1000})
    answer = person("POST", "/api/v1/uploads", {"files": [{"folder": person.root, "name": "a", "size": 1200, "checksum": checksum(b"x" * 1200)}]})
    assert answer.status == 413 and answer.json["type"] == "quota_exceeded" and answer.json["missing"] == 200


def test_parallel_uploads_never_pass_the_quota(person, signed_in_admin):
    signed_in_admin.ok("PATCH", f"/api/v1/users/{person.me['id']}", {"limit": 1000})
    root, statuses = person.root, []

    def begin(n):
        statuses.append(person("POST", "/api/v1/uploads", {"files": [{"folder": root, "name": f"f{n}", "size": 300, "checksum": checksum(b"x" * 300)}]}).status)

    threads = [threading.Thread(target=begin, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] * 3 + [413] * 5
    assert person.me["space"]["avail"] == 100


def test_names_that_are_taken(person):
    person.put("a.txt", b"1")
    answer = person("POST", "/api/v1/uploads", {"files": [{"folder": person.root, "name": "A.TXT", "size": 1, "checksum": checksum(b"2"), "conflict": "fail"}]})
    assert answer.status == 409 and answer.json["type"] == "name_taken" and answer.json["conflicts"] == [0]
    assert person.put("a.txt", b"2", conflict="rename")["name"] == "a (2).txt"
    replaced = person.put("a.txt", b"3", conflict="replace")
    assert person.read(replaced["id"]) == b"3"
    assert person.names() == ["a (2).txt", "a.txt"]


def test_one_persons_upload_is_not_another_s(person, admin):
    upload = person.begin("mine", b"x")
    for method, path in (("GET", ""), ("POST", "/complete"), ("POST", "/put"), ("DELETE", "")):
        assert admin(method, f"/api/v1/uploads/{upload['id']}{path}", {} if method == "POST" else None).status == 404, (method, path)


def test_a_truncated_upload_leaves_nothing(person):
    upload = person.begin("cut", b"x" * 1000)
    store = urllib.parse.urlsplit(upload["put"]["url"])
    head = f"PUT {store.path}?{store.query} HTTP/1.1\r\nHost: {store.netloc}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in upload["put"]["headers"].items() if name.lower() not in ("host", "content-length"))
    with socket.create_connection((store.hostname, store.port)) as connection:
        connection.sendall((head + "Content-Length: 1000\r\n\r\n").encode() + b"x" * 500)
    assert person("POST", f"/api/v1/uploads/{upload['id']}/complete", {}).status >= 400
    assert person.names() == []
    assert send(upload["put"], b"x" * 1000).status == 200
