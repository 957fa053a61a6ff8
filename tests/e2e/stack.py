"""A deployed Satchel for the same tests: edge, HTTP API, functions, table, bucket and people as its templates make them, on an engine that stands for AWS.

`SATCHEL_STACK` names the file in which tests/infra/deploy_for_black_box.py has written where everything is. Nobody starts or stops anything
here, and each person signs in as the command line does: at the pool's page, by a code with PKCE.
"""
import json
import os
import pathlib
import secrets
import shutil
import tempfile
import urllib.parse

from oidc import challenge_of
from satchel import PASSWORD, Api, request, run_binary

PLACE = os.environ.get("SATCHEL_STACK")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SERVICES = {"cognito-idp": "AWSCognitoIdentityProviderService", "logs": "Logs_20140328"}


class Stack:
    def __init__(self, place=PLACE):
        self.place = json.loads(pathlib.Path(place).read_text())
        self.engine, self.pool = self.place["engine"], self.place["UserPool"]
        self.url = self.public = self.place["PublicUrl"]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="satchel-e2e-"))

    def start(self):
        return self

    def destroy(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, service, operation, **members):
        """A call of AWS's JSON protocol; the engine looks at no signature."""
        credential = f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        answer = request("POST", self.engine, json.dumps(members).encode(),
                         {"X-Amz-Target": f"{SERVICES[service]}.{operation}", "Content-Type": "application/x-amz-json-1.1", "Authorization": credential})
        assert answer.status == 200, f"{operation}: {answer}"
        return answer.json if answer.body else {}

    def read_log(self):
        """What all functions have written."""
        groups = self.ask("logs", "DescribeLogGroups", logGroupNamePrefix="/aws/lambda/")["logGroups"]
        return "\n".join(event["message"] for group in groups for event in self.events(group["logGroupName"]))

    def events(self, group):
        found = self.ask("logs", "FilterLogEvents", logGroupName=group)
        yield from found["events"]
        while found.get("nextToken"):
            found = self.ask("logs", "FilterLogEvents", logGroupName=group, nextToken=found["nextToken"])
            yield from found["events"]

    def command(self, *arguments, stdin="", environment=None, check=True, timeout=120):
        """A command of the program, which has no installation beside it."""
        return run_binary(self.folder, arguments, stdin, environment, check, timeout)

    def add_user(self, email, admin=False):
        verified = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        self.ask("cognito-idp", "AdminCreateUser", UserPoolId=self.pool, Username=email, MessageAction="SUPPRESS", UserAttributes=verified)
        self.ask("cognito-idp", "AdminSetUserPassword", UserPoolId=self.pool, Username=email, Password=PASSWORD, Permanent=True)
        if admin:
            self.ask("cognito-idp", "AdminAddUserToGroup", UserPoolId=self.pool, Username=email, GroupName="administrators")
        signed_in = Api(self.url, self.access_token(email))
        return Api(self.url, signed_in.ok("POST", "/api/v1/tokens", {"name": "test"})["token"])

    def access_token(self, email):
        page = request("GET", self.url + "/config.json").json
        verifier, challenge = challenge_of(secrets.token_urlsafe(32))
        query = {"response_type": "code", "client_id": page["cli_client_id"], "redirect_uri": page["cli_callback"], "scope": page["scope"], "state": "s",
                 "code_challenge": challenge, "code_challenge_method": "S256"}
        assert request("GET", self.engine + "/oauth2/authorize?" + urllib.parse.urlencode(query)).status == 200
        answer = request("POST", self.engine + "/login", urllib.parse.urlencode({**query, "username": email, "password": PASSWORD}).encode(), FORM)
        assert answer.status == 302, answer
        code = urllib.parse.parse_qs(urllib.parse.urlparse(answer.headers["Location"]).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": query["redirect_uri"], "client_id": query["client_id"], "code_verifier": verifier}
        answer = request("POST", self.engine + "/oauth2/token", urllib.parse.urlencode(form).encode(), FORM)
        assert answer.status == 200, answer
        return answer.json["access_token"]
