"""Where table and objects lie for tests of copies that share them.

`SATCHEL_TABLE` and `SATCHEL_OBJECTS` say it as `satchel serve` reads it; the credential is in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. The
table's name gets an end of its own for each run, so that runs do not meet.
"""
import base64
import os
import secrets
import subprocess

from satchel import BINARY


def shared_engines():
    """The environment of each copy; empty where there are no engines."""
    table, objects = os.environ.get("SATCHEL_TABLE"), os.environ.get("SATCHEL_OBJECTS")
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
