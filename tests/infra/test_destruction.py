# SPDX-License-Identifier: Apache-2.0
"""The end of an installation that is cut off or refused: the next run ends it, and none forgets what is left."""
import importlib.machinery
import importlib.util
import pathlib
import types

import botocore.exceptions
import pytest

from tool import deployment, destruction
from tool.account import Account, Problem

TOP = pathlib.Path(__file__).resolve().parents[2]
RESOURCES = {
    "data": [["AWS::DynamoDB::Table", "files"], ["AWS::SecretsManager::Secret", "master"], ["AWS::KMS::Key", "key"], ["AWS::IAM::Role", "role"]],
    "bootstrap": [],
}


def refusal(code):
    return botocore.exceptions.ClientError({"Error": {"Code": code, "Message": code}}, "Asked")


def program():
    path = str(TOP / "infra/satchel-aws")
    loader = importlib.machinery.SourceFileLoader("satchel_aws", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("satchel_aws", loader))
    loader.exec_module(module)
    return module


class Cloud:
    """Stacks that retain their data, and the data; `refuse` says once no to the removal of a thing, `cut` ends the program there."""

    name, region = "satchel", "eu-central-1"

    def __init__(self):
        self.stacks, self.values = dict(RESOURCES), {"settings": "{}"}
        self.table, self.secret, self.key = {"TableStatus": "ACTIVE", "DeletionProtectionEnabled": True}, {}, {"KeyState": "Enabled"}
        self.refuse, self.cut = set(), set()

    def number(self):
        return "123456789012"

    def client(self, service, region=None):
        return self

    def recall(self, what):
        return self.values.get(what)

    def remember(self, what, value):
        self.values[what] = value

    def forget_all(self, last):
        self.values.clear()

    def step(self, what):
        if what in self.cut:
            self.cut.remove(what)
            raise KeyboardInterrupt
        if what in self.refuse:
            self.refuse.remove(what)
            raise refusal("ThrottlingException")

    # ---- stacks ----

    def get_paginator(self, _):
        return types.SimpleNamespace(paginate=lambda StackName: [
            {"StackResourceSummaries": [{"ResourceType": kind, "PhysicalResourceId": name} for kind, name in self.stacks[StackName.removeprefix("satchel-")]]}])

    def stack(self, _, kind):
        def delete():
            self.step("stack " + kind)
            del self.stacks[kind]
        return types.SimpleNamespace(name="satchel-" + kind, kind=kind, cloudformation=self, status=lambda: "CREATE_COMPLETE" if kind in self.stacks else None,
                                     protect=lambda on: None, delete=delete)

    # ---- data ----

    def describe_table(self, TableName):
        if not self.table:
            raise refusal("ResourceNotFoundException")
        return {"Table": self.table}

    def update_table(self, TableName, DeletionProtectionEnabled):
        self.step("table")
        self.table["DeletionProtectionEnabled"] = DeletionProtectionEnabled

    def delete_table(self, TableName):
        assert not self.table["DeletionProtectionEnabled"]
        self.table = None

    def describe_secret(self, SecretId):
        return self.secret

    def delete_secret(self, SecretId, RecoveryWindowInDays):
        self.step("secret")
        assert not self.secret, "a secret is removed once"
        self.secret = {"DeletedDate": 1}

    def describe_key(self, KeyId):
        return {"KeyMetadata": self.key}

    def schedule_key_deletion(self, KeyId, PendingWindowInDays):
        self.step("key")
        if self.key["KeyState"] == "PendingDeletion":
            raise refusal("KMSInvalidStateException")
        self.key = {"KeyState": "PendingDeletion"}

    def gone(self):
        return not self.stacks and self.table is None and bool(self.secret) and self.key["KeyState"] == "PendingDeletion"


@pytest.fixture
def cloud(monkeypatch):
    made = Cloud()
    monkeypatch.setattr(destruction, "Stack", made.stack)
    return made


def end(cloud, with_data="satchel"):
    return program().run_destroy(types.SimpleNamespace(delete_data=with_data, yes=True), cloud)


def test_all_goes_and_nothing_is_remembered(cloud, capsys):
    assert end(cloud) == 0 and cloud.gone() and cloud.values == {}
    assert capsys.readouterr().out.startswith("Account 123456789012, Region eu-central-1")


@pytest.mark.parametrize("what", ["table", "secret", "key"])
def test_what_was_refused_once_goes_the_second_time(cloud, what):
    cloud.refuse.add(what)
    with pytest.raises(Problem, match="--delete-data satchel again"):
        end(cloud)
    assert not cloud.gone() and cloud.stacks == {} and cloud.values["settings"]
    assert end(cloud) == 0 and cloud.gone() and cloud.values == {}


@pytest.mark.parametrize("what", ["stack data", "stack bootstrap", "table", "secret", "key"])
def test_a_run_that_was_cut_off_is_ended_by_the_next(cloud, what):
    cloud.cut.add(what)
    with pytest.raises(KeyboardInterrupt):
        end(cloud)
    assert end(cloud) == 0 and cloud.gone() and cloud.values == {}


def test_without_the_name_a_removal_that_was_begun_is_told_and_left(cloud, capsys):
    cloud.refuse.add("table")
    with pytest.raises(Problem):
        end(cloud)
    end(cloud, None)
    assert "was begun and is not done" in capsys.readouterr().out and cloud.table


def test_nothing_is_deployed_over_a_removal_that_is_not_done(cloud, monkeypatch):
    cloud.refuse.add("table")
    with pytest.raises(Problem):
        end(cloud)
    satchel = program()
    monkeypatch.setattr(satchel, "deployment", lambda *_: types.SimpleNamespace(settings=deployment.SETTINGS, plan=lambda: pytest.fail("it went on")))
    for run in (satchel.run_plan, satchel.run_deploy):
        with pytest.raises(Problem, match="End it first: destroy --delete-data satchel"):
            run(types.SimpleNamespace(yes=True), cloud)


def test_a_table_that_is_on_its_way_out_is_left_to_it(cloud):
    cloud.table["TableStatus"] = "DELETING"
    destruction.remove_table(cloud, "files")
    assert cloud.table["DeletionProtectionEnabled"]


def test_after_the_end_there_is_no_installation(cloud):
    end(cloud)
    with pytest.raises(Problem, match="There is no installation") as told:
        end(cloud)
    assert told.value.status == 3


def test_that_a_removal_was_begun_is_forgotten_last():
    calls = []
    names = [f"/satchel/{name}" for name in ["administrator", "removing", *(f"x{n}" for n in range(12))]]
    ssm = types.SimpleNamespace(get_paginator=lambda _: types.SimpleNamespace(paginate=lambda **_: [{"Parameters": [{"Name": name} for name in names]}]),
                                delete_parameters=lambda Names: calls.append(Names))
    account = Account("satchel", "eu-central-1")
    account.client = lambda *_: ssm
    account.forget_all(last="removing")
    assert sorted(sum(calls, [])) == sorted(names) and calls[-1][-1] == "/satchel/removing"
