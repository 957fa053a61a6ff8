"""Bad input gets a clear 4xx within ten seconds, and nothing is stored."""
import json
import socket
import time

import pytest

from satchel import request


def raw(server, data, timeout=12):
    """What comes back for bytes as they are, until the server closes or answers."""
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as connection:
        connection.sendall(data)
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = connection.recv(65536)
            if not piece:
                break
            answer += piece
    assert time.monotonic() - started < 11
    return answer


@pytest.mark.parametrize("data", [
    b"NONSENSE\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
    b"GET / HTTP/1.1\nHost: a\n\n",
    b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
], ids=lambda data: repr(data[:40]))
def test_what_is_no_proper_request_is_refused(server, data):
    answer = raw(server, data)
    assert answer.startswith(b"HTTP/1.1 4"), answer[:200]
    assert b"application/problem+json" in answer


def test_too_large_a_head_is_refused(server):
    answer = raw(server, b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Filler: " + b"x" * 60_000 + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431") or answer.startswith(b"HTTP/1.1 400"), answer[:100]


def test_half_a_request_is_answered_in_time(server):
    answer = raw(server, b"GET / HTTP/1.1\r\nHost:")
    assert answer.startswith(b"HTTP/1.1 408"), answer[:100]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/entries/" + "0" * 22, "/api/v1/entries/short", "/api/v1/entries/%00", "/api/v1/entries/..%2f..%2fetc",
                                  "/api/v1/../../etc/passwd", "/api//v1/me", "/api/v1/entries/%zz"])
def test_paths_that_are_none(person, path):
    answer = person("GET", path)
    assert answer.status in (400, 404) and answer.headers["Content-Type"].startswith("application/problem+json"), answer
    assert answer.json["request_id"] and answer.json["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"files":1}', b'{"files":[]}', b'{"files":[{}]}', b'{"files":[],"files":[]}', b'{"surprise":1}',
                                  json.dumps({"files": [{"folder": "x", "name": "a", "size": 1}]}).encode(), b"[" * 5000, b'{"files":[{"size":1e400}]}'])
def test_bodies_that_are_no_upload(person, body):
    answer = person("POST", "/api/v1/uploads", body)
    assert 400 <= answer.status < 500 and answer.json["detail"], answer


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\u0000b", "a\nb", "x" * 256, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1") + "\x7f"])
def test_names_that_are_none(person, name):
    answer = person("POST", "/api/v1/uploads", {"files": [{"folder": person.root, "name": name, "size": 0}]})
    assert answer.status == 400, (name, answer)
    assert person.names() == []


@pytest.mark.parametrize("size", [-1, 2 ** 63, "1", 1.5, None])
def test_sizes_that_are_none(person, size):
    answer = person("POST", "/api/v1/uploads", {"files": [{"folder": person.root, "name": "a", "size": size}]})
    assert answer.status in (400, 413), answer
    assert person.names() == []


@pytest.mark.parametrize("token", ["", "x", "st_", "st_" + "0" * 43, "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x" * 20_000])
def test_tokens_that_are_none(server, token):
    answer = request("GET", server.url + "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status in (400, 401, 431), answer
    if answer.status == 401:
        assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_a_body_that_is_too_large_for_a_function(person):
    assert person("POST", "/api/v1/uploads", b" " * (7 * 1024 * 1024)).status == 413


def test_every_signature_but_the_right_one_is_refused(server, person):
    entry = person.put("a", b"x")
    url = person.ok("POST", "/api/v1/downloads", {"entry": entry["id"]})["url"]
    assert request("GET", url).status == 200
    for changed in (url.replace("X-Amz-Signature=", "X-Amz-Signature=0"), url.replace("X-Amz-Expires=", "X-Amz-Expires=9"), url.split("?")[0], url + "&x-id=1",
                    url.replace("/blobs/", "/blobs/x"), url.replace("X-Amz-Signature=", "X-Amz-Other=")):
        answer = request("GET", changed)
        assert answer.status in (400, 403), changed
        assert b"x" != answer.body
    assert request("PUT", url, b"y").status == 403
    assert request("DELETE", url).status == 403


def test_a_header_of_the_protocol_that_is_not_signed_is_refused(person):
    url = person.ok("POST", "/api/v1/downloads", {"entry": person.put("a", b"x")["id"]})["url"]
    assert request("GET", url, headers={"x-amz-copy-source": "/satchel/other"}).status == 403


def test_a_method_that_a_path_has_not(person):
    answer = person("DELETE", "/api/v1/me")
    assert answer.status == 405 and "GET" in answer.headers["Allow"]
