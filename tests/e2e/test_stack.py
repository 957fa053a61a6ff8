"""What only a deployed stack has: the pool beside the people, the clock beside the functions."""
import datetime
import json
import pathlib

import pytest

import stack
from satchel import PASSWORD, eventually, request

pytestmark = pytest.mark.skipif(not stack.PLACE, reason="about a deployed stack: black-box-stack runs it")


def test_an_invited_person_is_in_the_pool_and_is_that_person_when_they_come(server, signed_in, signed_in_admin):
    invited = signed_in_admin.ok("POST", "/api/v1/users", {"email": "invited@example.org", "name": "Invited"})["user"]
    assert server.pool_user("invited@example.org")["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    server.ask("cognito-idp", "AdminSetUserPassword", UserPoolId=server.pool, Username="invited@example.org", Password=PASSWORD, Permanent=True)
    assert signed_in("invited@example.org").me["id"] == invited["id"]


def test_who_may_sign_up_follows_the_switch(server, signed_in_admin):
    client = request("GET", server.url + "/config.json").json["client_id"]

    def sign_up(email):
        body = {"ClientId": client, "Username": email, "Password": PASSWORD, "UserAttributes": [{"Name": "email", "Value": email}]}
        return request("POST", server.engine, json.dumps(body).encode(), {"X-Amz-Target": "AWSCognitoIdentityProviderService.SignUp", "Content-Type": "application/x-amz-json-1.1"})

    assert sign_up("first@example.org").status == 200, "open, as the installation was made"
    signed_in_admin.ok("PATCH", "/api/v1/settings", {"self_signup": False})
    refused = sign_up("second@example.org")
    signed_in_admin.ok("PATCH", "/api/v1/settings", {"self_signup": True})
    assert refused.status == 400 and "Ask an administrator for an invitation" in refused.json["message"], refused
    assert sign_up("second@example.org").status == 200


def test_who_is_disabled_is_so_in_the_pool(server, signed_in_admin):
    invited = signed_in_admin.ok("POST", "/api/v1/users", {"email": "disabled@example.org", "name": "Disabled"})["user"]
    for disabled in (True, False):
        signed_in_admin.ok("PATCH", f"/api/v1/users/{invited['id']}", {"disabled": disabled})
        assert server.pool_user("disabled@example.org")["Enabled"] != disabled


def test_each_schedule_starts_its_function(server):
    """A copy of each that is due once, now."""
    schedules = [server.scheduler("GET", f"/schedules/{found['Name']}") for found in server.scheduler("GET", "/schedules")["Schedules"]]
    assert len(schedules) >= 5
    groups = ["/aws/lambda/" + schedule["Target"]["Arn"].split(":")[6] for schedule in schedules]

    def calls():
        return {group: sum(event["message"].startswith("START") for event in server.events(group)) for group in groups}

    before, now = calls(), datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    for schedule in schedules:
        server.scheduler("POST", f"/schedules/once-{schedule['Name'][-40:]}", {"ScheduleExpression": f"at({now})", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": schedule["Target"]})
    wanted = {group: before[group] + groups.count(group) for group in groups}
    assert eventually(lambda: all(count >= wanted[group] for group, count in calls().items()), 30), (before, calls())


def test_each_reason_to_skip_names_a_test_that_is_there():
    tests = "".join(path.read_text() for path in pathlib.Path(__file__).parent.glob("test_*.py"))
    assert not [name for name in stack.NOT_HERE if f"def {name.split('[')[0]}(" not in tests]
