"""An example to copy: a test speaks HTTP to the real binary and nothing else.

`person` is somebody with an account and a token of their own, `server` the running binary. Name the test after what it promises.
"""
from satchel import request


def test_a_shared_file_downloads_without_an_account(server, person):
    entry = person.put("report.txt", b"what it says")
    link = person.share(entry["id"])
    assert link["url"].startswith(server.url + "/s/")
    redirect = request("GET", link["url"] + "/file")
    assert redirect.status == 303
    answer = request("GET", redirect.headers["Location"])
    assert answer.body == b"what it says"
    assert "attachment" in answer.headers["Content-Disposition"]
