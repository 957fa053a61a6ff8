"""A Lambda in Python that does what Satchel's GET /api/v1/me does: two signed calls of DynamoDB over TLS, one answer."""
import datetime
import hashlib
import hmac
import http.client
import json
import os
import ssl
import urllib.parse

table = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
dynamodb = http.client.HTTPSConnection(table.hostname, table.port, context=ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"]))
runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def call(operation, document):
    body, now = json.dumps(document), datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    fields = {"content-type": "application/x-amz-json-1.0", "host": table.netloc, "x-amz-date": stamp, "x-amz-target": "DynamoDB_20120810." + operation}
    names = ";".join(fields)
    canonical = "\n".join(["POST", "/", "", *(f"{name}:{value}" for name, value in fields.items()), "", names, hashlib.sha256(body.encode()).hexdigest()])
    scope = f"{day}/eu-central-1/dynamodb/aws4_request"
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in scope.split("/"):
        key = mac(key, part)
    signature = mac(key, "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])).hex()
    fields["authorization"] = f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}, SignedHeaders={names}, Signature={signature}"
    dynamodb.request("POST", "/", body, fields)
    return json.loads(dynamodb.getresponse().read())


def handle(event):
    found = event["requestContext"]["authorizer"]["lambda"]
    read = call("BatchGetItem", {"RequestItems": {"satchel": {"ConsistentRead": True, "Keys": [{"pk": {"S": "U#" + found["user"]}, "sk": {"S": "PROFILE"}}, {"pk": {"S": "SE#" + found["session"]}, "sk": {"S": "META"}}]}}})
    user = next(item for item in read["Responses"]["satchel"] if item["sk"]["S"] == "PROFILE")
    quota = call("GetItem", {"TableName": "satchel", "ConsistentRead": True, "Key": {"pk": {"S": "S#" + user["space"]["S"]}, "sk": {"S": "QUOTA"}}})["Item"]
    body = json.dumps({"id": user["id"]["S"], "email": user["email"]["S"], "space": {"limit": quota["limit"]["N"], "avail": quota["avail"]["N"]}})
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": body}


while True:
    runtime.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = runtime.getresponse()
    request_id, event = answer.headers["Lambda-Runtime-Aws-Request-Id"], json.loads(answer.read())
    runtime.request("POST", f"/2018-06-01/runtime/invocation/{request_id}/response", json.dumps(handle(event)))
    runtime.getresponse().read()
