"""Where table and objects lie for tests with engines elsewhere.

`SATCHEL_TEST_TABLE` and `SATCHEL_TEST_OBJECTS` say it as `satchel serve` reads it; the credential is in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. The
table's name gets an end of its own for each run, so that runs do not meet.
"""
import base64
import os
import secrets
import subprocess

from satchel import BINARY


ELSEWHERE = "SATCHEL_TEST_TABLE" in os.environ
# Why a test has no place where objects lie elsewhere.
NOT_HERE = {
    "test_withdrawing_ends_addresses_that_were_signed_before": "S3 does not ask again before bytes leave; what was signed is good for its 60 s (docs/differences.md)",
    "test_the_event_finishes_an_upload_whose_client_vanished": "without a queue nobody tells of new objects; such an upload becomes a file when its time is over (docs/differences.md)",
}


def shared_engines():
    """The environment of each copy; empty where there are no engines."""
    table, objects = os.environ.get("SATCHEL_TEST_TABLE"), os.environ.get("SATCHEL_TEST_OBJECTS")
    if not table or not objects:
        return {}
    name, _, options = table.partition("?")
    environment = {
        "SATCHEL_TABLE": f"{name}-{secrets.token_hex(4)}?{options}",
        "SATCHEL_OBJECTS": objects,
        "SATCHEL_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "AWS_ACCESS_KEY_ID": os.environ.get("AWS_ACCESS_KEY_ID", "test"),
        "AWS_SECRET_ACCESS_KEY": os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
    }
    made = subprocess.run([BINARY, "doctor", "--create"], env={**os.environ, **environment}, capture_output=True, text=True, timeout=120)
    assert "no table" not in made.stdout and not made.stderr, made.stdout + made.stderr
    return environment
