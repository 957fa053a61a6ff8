# SPDX-License-Identifier: Apache-2.0
"""What a running installation must answer to somebody without an account."""
import json
import urllib.error
import urllib.request

from tool.account import Problem

# path, status, a header and what stands in it
QUESTIONS = [
    ("/", 200, "content-security-policy", "default-src 'none'"),
    ("/config.json", 200, "content-type", "application/json"),
    ("/api/v1/me", 401, None, None),
    ("/api/v1/public/links/0000000000000000000000", 404, "content-security-policy", "default-src 'none'"),
    ("/s/0000000000000000000000", 200, "x-robots-tag", "noindex"),
]


def ask(url):
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None
    try:
        return urllib.request.build_opener(Stay).open(urllib.request.Request(url, headers={"user-agent": "satchel-smoke"}), timeout=30)
    except urllib.error.HTTPError as answer:
        return answer
    except OSError as error:
        raise Problem(f"{url} does not answer: {error}. A new distribution takes some minutes to be everywhere.")


def smoke(public_url):
    if not public_url:
        raise Problem("There is nothing that could be asked: no address is known. Deploy first.", 3)
    wrong = []
    for path, status, name, part in QUESTIONS:
        answer = ask(public_url + path)
        found = answer.headers.get(name, "") if name else ""
        good = answer.status == status and (not name or part in found)
        print(f"{'ok' if good else 'WRONG'}  {path} {answer.status}")
        if not good:
            wrong.append(f"{path}: {answer.status} instead of {status}" + (f", {name}: {found or 'absent'}" if name else ""))
    if not wrong:
        issuer = json.loads(ask(public_url + "/config.json").read())["issuer"]
        answer = ask(issuer + "/.well-known/openid-configuration")
        if answer.status != 200:
            wrong.append(f"the issuer {issuer} answers {answer.status}")
    if wrong:
        raise Problem("; ".join(wrong))
    return 0
