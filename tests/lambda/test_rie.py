"""The Lambda zip under AWS's Runtime Interface Emulator: `make test-engines lambda`. Table and objects are an engine's; the events are as AWS writes them."""
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import zipfile

import pytest

ENGINE = os.environ["SATCHEL_TEST_ENGINE"]
KEY = "A" * 43 + "="  # 32 bytes in base64; of no use but here
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def post(url, document, headers=None):
    message = urllib.request.Request(url, data=json.dumps(document).encode(), headers=headers or {})
    try:
        with _opener.open(message, timeout=60) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return json.loads(error.read() or b"null")


@pytest.fixture(scope="session")
def table():
    name = "rie" + str(os.getpid())
    text, keys = lambda *names: [{"AttributeName": n, "AttributeType": "S"} for n in names], lambda p, s: [{"AttributeName": p, "KeyType": "HASH"}, {"AttributeName": s, "KeyType": "RANGE"}]
    index = lambda n: {"IndexName": n, "KeySchema": keys(n + "pk", n + "sk"), "Projection": {"ProjectionType": "ALL"}}
    made = post(ENGINE, {"TableName": name, "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": text("pk", "sk", "gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk"), "KeySchema": keys("pk", "sk"),
                         "GlobalSecondaryIndexes": [index("gsi1"), index("gsi2")]},
                {"X-Amz-Target": "DynamoDB_20120810.CreateTable", "Content-Type": "application/x-amz-json-1.0",
                 "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"})
    assert "TableDescription" in made, made
    return name


@pytest.fixture(scope="session")
def bootstrap(tmp_path_factory):
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(os.environ["SATCHEL_LAMBDA_ZIP"]) as code:
        assert code.namelist() == ["bootstrap"], "nothing else is in the zip"
        path = pathlib.Path(code.extract("bootstrap", folder))
    path.chmod(0o755)
    return path


@contextlib.contextmanager
def emulator(bootstrap, handler, **environment):
    """A function that can be invoked: takes an event, gives the answer."""
    port, api = free_port(), free_port()
    command = [os.environ["SATCHEL_RIE"], "--runtime-api-address", f"127.0.0.1:{api}", "--runtime-interface-emulator-address", f"127.0.0.1:{port}", bootstrap, handler]
    known = {name: value for name, value in os.environ.items() if not name.startswith("SATCHEL_")}
    process = subprocess.Popen([str(word) for word in command], env={**known, "AWS_LAMBDA_FUNCTION_TIMEOUT": "30", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", **environment},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield lambda event: post(f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations", event)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


@pytest.fixture
def function(bootstrap, table):
    """function("links"): a deployment group with all its settings."""
    with contextlib.ExitStack() as stack:
        def start(handler, **other):
            where = f"region=us-east-1&endpoint={ENGINE}"
            settings = {"SATCHEL_TABLE": f"dynamodb://{table}?{where}", "SATCHEL_OBJECTS": f"s3://rie?{where}&checksums=parts", "SATCHEL_PUBLIC_URL": "https://files.example.org",
                        "SATCHEL_ISSUER": "https://id.example.org", "SATCHEL_AUDIENCE": "satchel", "SATCHEL_MASTER_KEY": KEY, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
            return stack.enter_context(emulator(bootstrap, handler, **{**settings, **other}))
        yield start


def request(method, path, **context):
    """As an HTTP API writes it, payload format 2.0."""
    return {"version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": {"host": "files.example.org", "accept": "application/json"}, "isBase64Encoded": False,
            "requestContext": {"requestId": "r-1", "stage": "$default", "timeEpoch": int(time.time() * 1000), "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"},
                               **context}}


def test_an_open_route_answers(function):
    public = function("public")
    for _ in range(3):
        answer = public(request("GET", "/api/v1/public/links/AAAAAAAAAAAAAAAAAAAAAA"))
        assert answer["statusCode"] == 404, answer
        problem = json.loads(answer["body"])
        assert problem["status"] == 404 and problem["request_id"], problem


def test_who_is_not_authorised_is_told_so(function):
    entries = function("entries")
    assert entries(request("GET", "/api/v1/me"))["statusCode"] == 401
    nobody = {"lambda": {"user": "AAAAAAAAAAAAAAAAAAAAAA", "epoch": "0", "session": "", "token": "", "scopes": "files:read"}}
    assert entries(request("GET", "/api/v1/me", authorizer=nobody))["statusCode"] == 401, "the table knows nobody of that name"


def message(name, body):
    return {"messageId": name, "receiptHandle": "h", "body": body, "attributes": {}, "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:0:q", "awsRegion": "us-east-1"}


def test_of_a_batch_what_failed_comes_again_alone(function):
    served = {"consumer": "settle_download", "event": {"id": "01JDXE1Q8PAAAAAAAAAAAAAAAA", "type": "object.served", "time": 1795521600000, "actor": "system", "subject": "none", "data": {"bytes": "1", "whole": "1"}}}
    batch = {"Records": [message("not-ours", "no JSON"), message("served", json.dumps(served))]}
    assert function("links")(batch) == {"batchItemFailures": []}, "one is of no use to anybody, the other is done"
    away = function("links", SATCHEL_TABLE="dynamodb://rie?region=us-east-1&endpoint=http://127.0.0.1:1")
    assert away(batch) == {"batchItemFailures": [{"itemIdentifier": "served"}]}, "while the table is away"


def test_a_schedule_runs(function):
    answer = function("removal")({"schedule": "sweep_links"})
    assert not (isinstance(answer, dict) and "errorMessage" in answer), answer


def test_an_event_that_is_none_is_an_error_and_the_next_one_is_answered(function):
    public = function("public")
    assert "errorMessage" in public({"neither": "this nor that"})
    assert public(request("GET", "/api/v1/public/links/AAAAAAAAAAAAAAAAAAAAAA"))["statusCode"] == 404


@pytest.mark.parametrize("missing", ["SATCHEL_TABLE", "SATCHEL_PUBLIC_URL"])
def test_a_start_without_a_setting_names_it(function, missing):
    answer = function("public", **{missing: ""})(request("GET", "/api/v1/public/links/AAAAAAAAAAAAAAAAAAAAAA"))
    assert missing in json.dumps(answer), answer
