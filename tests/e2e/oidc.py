"""Signing in as a browser or the command line would: code, PKCE, refresh token."""
import base64
import hashlib
import json
import secrets
import urllib.parse

from satchel import PASSWORD, request


def authorize(address, url, email, password=PASSWORD):
    """Where a browser is sent in the end that opens this address of the provider: to sign in, and back."""
    answer = request("GET", address)
    assert answer.status == 302 and answer.headers["Location"].startswith("/signin?"), answer
    back = urllib.parse.parse_qs(urllib.parse.urlparse(answer.headers["Location"]).query)["continue"][0]
    answer = request("POST", url + "/auth/api/sign-in", json.dumps({"email": email, "password": password}).encode(), {"Content-Type": "application/json", "Satchel-Request": "1"})
    assert answer.status == 200, answer
    answer = request("GET", url + back, headers={"Cookie": answer.headers["Set-Cookie"].split(";")[0]})
    assert answer.status == 302, answer
    return answer.headers["Location"]


def challenge_of(verifier):
    """(verifier, its S256 challenge)"""
    return verifier, base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def sign_in(url, email, password=PASSWORD, client="satchel-cli", redirect="http://127.0.0.1:1/callback"):
    """The answer of the token endpoint."""
    verifier, challenge = challenge_of(secrets.token_urlsafe(32))
    query = {"response_type": "code", "client_id": client, "redirect_uri": redirect, "scope": "openid offline_access", "state": "s", "code_challenge": challenge, "code_challenge_method": "S256"}
    location = authorize(url + "/auth/authorize?" + urllib.parse.urlencode(query), url, email, password)
    code = urllib.parse.parse_qs(urllib.parse.urlparse(location).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "client_id": client, "code_verifier": verifier}
    answer = request("POST", url + "/auth/token", urllib.parse.urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 200, answer
    return answer.json
