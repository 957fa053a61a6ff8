"""Foreign OpenID providers as the tests see them: a person signs in at their pages by code and PKCE, an operator rotates keys and locks people out."""
import base64
import hashlib
import html.parser
import http.cookiejar
import json
import os
import secrets
import urllib.error
import urllib.parse
import urllib.request

PASSWORD = "a long enough pass phrase"
AUDIENCE = "https://files.example.org"
REDIRECT = "http://127.0.0.1/callback"


class Form(html.parser.HTMLParser):
    """The first form of a page: where it goes, and its fields."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form" and self.action is None:
            self.action = attributes.get("action", "")
        if tag in ("input", "button") and attributes.get("name"):
            self.fields[attributes["name"]] = attributes.get("value", "")


class Browser:
    """Follows redirects and keeps cookies, up to the address that the client is called back at."""

    def __init__(self):
        browser = self

        class Follow(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, request, fp, code, message, headers, target):
                if target.startswith(REDIRECT):
                    browser.arrived = target
                    return None
                return super().redirect_request(request, fp, code, message, headers, target)

        self.arrived = None
        # On plain HTTP a browser takes Secure cookies of loopback addresses, too.
        policy = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
        self.opener = urllib.request.build_opener(Follow, urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar(policy)))

    def open(self, address, form=None):
        """The page, and its address."""
        data = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            with self.opener.open(urllib.request.Request(address, data=data), timeout=60) as answer:
                return answer.read().decode(), answer.url
        except urllib.error.HTTPError as error:
            with error:
                if self.arrived:
                    return "", self.arrived
                raise AssertionError(f"{address} was answered {error.code}: {error.read()[:500]}") from None

    def fill_in(self, address, known):
        """Sends form after form until the client is called back; that address."""
        page, at = self.open(address)
        for _ in range(6):
            if self.arrived:
                return self.arrived
            form = Form(page)
            assert form.action is not None, f"{at} shows no form: {page[:500]}"
            fields = {name: known.get(name, value) for name, value in form.fields.items()}
            page, at = self.open(urllib.parse.urljoin(at, form.action) if form.action else at, fields)
        raise AssertionError(f"the pages of {address} do not end")


def send(method, address, body=None, headers=None):
    """Status and document of one request to an issuer."""
    message = urllib.request.Request(address, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(message, timeout=60) as answer:
            content = answer.read()
            return answer.status, json.loads(content) if content else {}
    except urllib.error.HTTPError as error:
        with error:
            content = error.read()
        return error.code, json.loads(content) if content[:1] in (b"{", b"[") else {}


class Issuer:
    """What is the same at all of them."""

    def __init__(self, url):
        self.url = url
        self.about = send("GET", url + "/.well-known/openid-configuration")[1]

    def token(self, form):
        return send("POST", self.about["token_endpoint"], urllib.parse.urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    def sign_in(self, login, client="satchel-page", **more):
        """The answer of the token endpoint."""
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {"response_type": "code", "client_id": client, "redirect_uri": REDIRECT, "scope": "openid profile email offline_access", "prompt": "consent", "state": secrets.token_hex(8),
                 "code_challenge": challenge, "code_challenge_method": "S256", **more}
        address = self.about["authorization_endpoint"] + "?" + urllib.parse.urlencode(query)
        back = urllib.parse.parse_qs(urllib.parse.urlparse(Browser().fill_in(address, {"login": login, "username": login, "password": PASSWORD})).query)
        assert back["state"] == [query["state"]], back
        status, answer = self.token({"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": REDIRECT, "client_id": client, "code_verifier": verifier})
        assert status == 200, answer
        return answer

    def refresh(self, tokens):
        """Status and document."""
        return self.token({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": "satchel-page"})


class OidcProvider(Issuer):
    def sign_in_for_others(self):
        """A token of this issuer, good for another API."""
        return self.sign_in("anna", resource="https://another.example.org")

    def rotate(self):
        assert send("POST", self.url + "/test/rotate")[0] == 204

    def lock_out(self, _, tokens):
        """Its people have no switch; what they were given can be taken back."""
        form = {"token": tokens["refresh_token"], "client_id": "satchel-page"}
        status, _ = send("POST", self.about["revocation_endpoint"], urllib.parse.urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 200


class Keycloak(Issuer):
    def __init__(self, url):
        super().__init__(url)
        self.admin = url.replace("/realms/", "/admin/realms/")

    def sign_in_for_others(self):
        return self.sign_in("anna", client="another-page")

    def administer(self, method, path, body=None):
        form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": "admin"}
        master = self.url.rsplit("/", 1)[0] + "/master/protocol/openid-connect/token"
        token = send("POST", master, urllib.parse.urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})[1]["access_token"]
        data = None if body is None else json.dumps(body).encode()
        status, answer = send(method, self.admin + path, data, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        assert status < 300, (method, path, status, answer)
        return answer

    def rotate(self):
        """A further key, which is the one to sign by; the old one goes on verifying."""
        realm = self.administer("GET", "")["id"]
        self.administer("POST", "/components", {"name": "newer", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider", "parentId": realm,
                                                "config": {"priority": ["1000"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"], "keySize": ["2048"]}})

    def lock_out(self, login, _):
        person = self.administer("GET", f"/users?username={login}&exact=true")[0]
        self.administer("PUT", f"/users/{person['id']}", {**person, "enabled": False})


def issuer():
    """The one that SATCHEL_TEST_ISSUER names ("keycloak" or "oidc-provider") at SATCHEL_TEST_ISSUER_URL."""
    kinds = {"keycloak": Keycloak, "oidc-provider": OidcProvider}
    return kinds[os.environ["SATCHEL_TEST_ISSUER"]](os.environ["SATCHEL_TEST_ISSUER_URL"])
