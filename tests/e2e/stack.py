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

# Why a test has no place here. What stands beside it in docs/differences.md is a promise of its own kind.
OWN_SERVER = "it stops, kills, damages or sets up a server of its own, and nothing of a stack is a process of ours"
EDGE = "what is proper HTTP is judged by CloudFront and API Gateway, and in this engine by the libraries of whoever wrote it"
NO_ROUTE = "API Gateway answers an address or method that is no route by its own {\"message\": \"Not Found\"} (docs/differences.md)"
NGINX = "the nginx that stands before the engine refuses this address itself"
NOT_HERE = {
    "test_what_is_no_proper_request_is_refused": EDGE,
    "test_too_large_a_head_is_refused": EDGE,
    "test_half_a_request_is_answered_in_time": EDGE,
    "test_paths_that_are_none[/api/v1/nothing]": NO_ROUTE,
    "test_paths_that_are_none[/api/v1/entries/..%2f..%2fetc]": NO_ROUTE,
    "test_paths_that_are_none[/api/v1/../../etc/passwd]": NO_ROUTE,
    "test_paths_that_are_none[/api//v1/me]": NO_ROUTE,
    "test_paths_that_are_none[/api/v1/entries/%00]": NGINX,
    "test_paths_that_are_none[/api/v1/entries/%zz]": NGINX,
    "test_a_method_that_a_path_has_not": NO_ROUTE,
    "test_a_body_that_is_too_large_for_a_function": "the engine hands a function more than the 6 MB that Lambda does (its lambda_svc.py and apigateway.py know no such limit)",
    "test_a_header_of_the_protocol_that_is_not_signed_is_refused": "the engine verifies the headers that are signed, and lets others of S3's pass (its core/sigv4.py), which S3 refuses",
    "test_withdrawing_ends_addresses_that_were_signed_before": "S3 does not ask again before bytes leave; what was signed is good for its 60 s (docs/differences.md)",
    "test_json_of_the_commands_on_the_machine": "commands beside the folder of a server's data, which a stack has not",
    "test_a_taken_port_is_said_in_a_sentence": "about `satchel serve`, which a stack has not",
    "test_login_by_the_browser": "the program asks the pool at its own address on AWS, where no engine is; and it is sent back to a fixed port, as Cognito wants it",
}


def reason_against(item):
    """Why a test is skipped here, or None."""
    if "own_server" in item.fixturenames:
        return OWN_SERVER
    return NOT_HERE.get(item.name) or NOT_HERE.get(item.originalname)


class Stack:
    def __init__(self, place=PLACE):
        known = json.loads(pathlib.Path(place).read_text())
        self.engine, self.pool = known["engine"], known["user_pool"]
        self.url = self.public = known["public_url"]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="satchel-e2e-"))

    def start(self):
        return self

    def destroy(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, service, method, path, members, headers):
        """Of an API of AWS, by the account's own key; the engine looks at no signature of it."""
        credential = f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        body = None if members is None else json.dumps(members).encode()
        answer = request(method, self.engine + path, body, {"Authorization": credential, **headers})
        assert answer.status == 200, f"{service} {method} {path} {headers}: {answer}"
        return answer.json if answer.body else {}

    def ask(self, service, operation, **members):
        return self.call(service, "POST", "/", members, {"X-Amz-Target": f"{SERVICES[service]}.{operation}", "Content-Type": "application/x-amz-json-1.1"})

    def scheduler(self, method, path, members=None):
        return self.call("scheduler", method, path, members, {"Content-Type": "application/json"})

    def pool_user(self, email):
        (found,) = self.ask("cognito-idp", "ListUsers", UserPoolId=self.pool, Filter=f'email = "{email}"')["Users"]
        return found

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

    def complaints(self):
        """What has failed or was denied, in a request or behind it: each is a defect of the functions or of their roles. (A sign-up is refused by failing.)"""
        lines = [line for line in self.read_log().splitlines() if '"level":"error"' in line or '.failed"' in line]
        return [line for line in lines if '"code":"forbidden"' not in line]

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
