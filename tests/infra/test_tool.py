# SPDX-License-Identifier: Apache-2.0
"""What infra/satchel-aws does without an account: order of the page's files, archives that lie, wrong usage, the pipelines' scripts."""
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import types

import botocore.exceptions
import pytest
import yaml

import cost
from tool import deployment, keys, page, release, stacks
from tool.account import Problem

TOP = pathlib.Path(__file__).resolve().parents[2]


class Pages:
    def __init__(self, found):
        self.found = found

    def paginate(self, **_):
        return [self.found]


class Store:
    """A bucket that remembers the order of what came."""

    def __init__(self):
        self.objects, self.order = {}, []

    def put_object(self, Bucket, Key, Body, ContentType, CacheControl):
        self.objects[Key] = (Body, ContentType, CacheControl)
        self.order.append(Key)

    def get_object(self, Bucket, Key):
        return {"Body": io.BytesIO(self.objects[Key][0])}

    def get_paginator(self, _):
        return Pages({"Contents": [{"Key": key} for key in self.objects if key.startswith("assets/")],
                      "CommonPrefixes": [{"Prefix": f".pages/{name}/"} for name in sorted({key.split("/")[1] for key in self.objects if key.startswith(".pages/")})]})


class Distribution:
    def __init__(self):
        self.paths = []

    def create_invalidation(self, DistributionId, InvalidationBatch):
        self.paths.append(InvalidationBatch["Paths"]["Items"])


class Remembering:
    """An account of services that were handed over."""

    def __init__(self, **services):
        self.services, self.values = services, {}

    def client(self, name, region=None):
        return self.services[name]

    def recall(self, what):
        return self.values.get(what)

    def remember(self, what, value):
        self.values[what] = value


@pytest.fixture
def built(tmp_path):
    def build(name):
        folder = tmp_path / name
        (folder / "assets").mkdir(parents=True)
        (folder / "assets" / f"{name}.js").write_text(name)
        for entry in page.ENTRY_PAGES:
            (folder / entry).write_text(f"{entry} of {name}")
        (folder / "robots.txt").write_text("")
        return folder
    return build


@pytest.fixture
def site():
    store, distribution = Store(), Distribution()
    return page.Page(Remembering(s3=store, cloudfront=distribution), "assets", "D1"), store, distribution


def test_hashed_files_come_before_the_pages_that_name_them(site, built):
    served, store, _ = site
    served.publish(built("one"), "1", {})
    assert store.order[0] == "assets/one.js" and store.order[-2:] == ["index.html", "link.html"]


def test_what_has_a_hash_is_kept_for_a_year_and_the_rest_is_asked_for_again(site, built):
    served, store, _ = site
    served.publish(built("one"), "1", {"issuer": "https://i"})
    assert store.objects["assets/one.js"][2] == "public, max-age=31536000, immutable"
    assert {key for key, (_, _, control) in store.objects.items() if control != "no-cache"} == {"assets/one.js"}
    assert json.loads(store.objects["config.json"][0]) == {"issuer": "https://i"}


def test_two_paths_are_invalidated_whatever_has_changed(site, built):
    served, _, distribution = site
    served.publish(built("one"), "1", {})
    assert distribution.paths == [["/index.html", "/link.html"]]


def test_hashed_files_that_are_there_are_not_sent_again(site, built):
    served, store, _ = site
    served.publish(built("one"), "1", {})
    served.publish(built("two"), "2", {})
    assert store.order.count("assets/one.js") == 1 and "assets/one.js" in store.objects


def test_roll_back_puts_the_former_pages_again_and_again_forward(site, built):
    served, store, distribution = site
    for name in ("one", "two"):
        served.publish(built(name), name, {})
    served.roll_back(None)
    assert store.objects["index.html"][0] == b"index.html of one"
    served.roll_back("two")
    assert store.objects["index.html"][0] == b"index.html of two"
    assert len(distribution.paths) == 4


def test_there_is_no_way_back_to_what_never_was(site, built):
    served, _, _ = site
    served.publish(built("one"), "one", {})
    with pytest.raises(Problem, match="no former page"):
        served.roll_back(None)
    with pytest.raises(Problem, match="There are: one"):
        served.roll_back("nine")


def test_a_folder_without_entry_pages_is_no_front_end(site, tmp_path):
    with pytest.raises(Problem, match="no index.html"):
        site[0].publish(tmp_path, "1", {})
    assert site[1].order == []


@pytest.mark.parametrize("name, kind", [("../outside", tarfile.REGTYPE), ("/etc/outside", tarfile.REGTYPE), ("satchel/link", tarfile.SYMTYPE)])
def test_archives_write_nothing_outside(tmp_path, name, kind):
    archive, inside = tmp_path / "a.tar.gz", tmp_path / "inside"
    inside.mkdir()
    with tarfile.open(archive, "w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc/passwd"
        tar.addfile(member, io.BytesIO(b""))
    with pytest.raises(Problem, match="no file of a release"):
        release.unpack(archive, inside)
    assert list(inside.iterdir()) == [] and not (tmp_path / "outside").exists()


def change(action="Modify", kind="AWS::S3::Bucket", replacement="False"):
    return {"Action": action, "LogicalResourceId": "R", "ResourceType": kind, "Replacement": replacement}


@pytest.mark.parametrize("one, lost", [
    (change(), False), (change(replacement="True"), True), (change("Remove"), True),
    (change("Remove", "AWS::Lambda::Function"), False), (change("Add"), False), (change(kind="AWS::Cognito::UserPool", replacement="True"), True),
])
def test_what_would_lose_data_is_known(one, lost):
    assert bool(stacks.ChangeSet(None, "x", [one]).losses()) == lost


def program():
    """infra/satchel-aws as a module."""
    loader = importlib.machinery.SourceFileLoader("satchel_aws", str(TOP / "infra/satchel-aws"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("satchel_aws", loader))
    loader.exec_module(module)
    return module


# Runs a program as if botocore were of that version: what is installed where the tests run may be older than what the program takes.
AS_IF = "import botocore, runpy, sys; botocore.__version__ = sys.argv[1]; sys.argv = sys.argv[2:]; runpy.run_path(sys.argv[0], run_name='__main__')"


def satchel_aws(*arguments, botocore="1.43.11", **environment):
    import os
    clean = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return subprocess.run([sys.executable, "-c", AS_IF, botocore, str(TOP / "infra/satchel-aws"), *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env={**clean, "AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent", **environment})


@pytest.mark.parametrize("version, taken", [("1.29.27", False), ("1.30.9", False), ("1.31.0", True), ("1.100.1", True), ("2.0.0", True)])
def test_a_botocore_that_is_too_old_is_refused_with_the_way_to_a_new_one(version, taken):
    told = satchel_aws("status", botocore=version)  # without a Region: 2, where it gets that far
    assert told.returncode == (2 if taken else 1)
    assert taken or (version in told.stderr and "python3 -m venv" in told.stderr and "Traceback" not in told.stderr)


def test_what_is_to_be_installed_is_what_the_workflows_install():
    pinned = re.search(r"pip3 install --quiet (boto3==\S+ pyyaml==\S+)", (TOP / ".github/workflows/backend.yml").read_text())[1]
    assert pinned in satchel_aws("status", botocore="1.29.27").stderr
    assert pinned in (TOP / "docs/aws/deploy.md").read_text()


def test_help_teaches_and_wrong_usage_names_the_way():
    taught = satchel_aws("--help")
    assert taught.returncode == 0 and "A first time" in taught.stdout and "Exit status" in taught.stdout
    wrong = satchel_aws("deploy", "--set", "Colour=blue")
    assert wrong.returncode == 2 and "Administrator" in wrong.stderr
    nowhere = satchel_aws("status")
    assert nowhere.returncode == 2 and "--region" in nowhere.stderr
    stranger = satchel_aws("status", "--region", "eu-central-1")
    assert stranger.returncode == 4 and "Sign in first" in stranger.stderr


@pytest.mark.parametrize("command", ["plan", "deploy"])
def test_help_tells_each_setting_with_its_values_and_default(command):
    told = satchel_aws(command, "--help")
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    for name, default in deployment.SETTINGS.items():
        at = next(n for n, line in enumerate(lines) if line.strip().partition("=")[0] == name)
        description, _, end = lines[at + 1].strip().rpartition(" (default: ")
        assert description and end == f"{default or 'empty'})", lines[at + 1]
    assert "  Mfa=OFF | OPTIONAL | ON" in lines and "  KeepDeletedDays=1 to 35" in lines and "80 % of it" in told.stdout


def test_the_tool_and_the_templates_have_the_same_defaults():
    declared = stacks.declarations()
    for name, default in deployment.SETTINGS.items():
        assert {str(about["Default"]) for about in declared.get(name, []) if "Default" in about} <= {default}, name


@pytest.mark.parametrize("given, sentence", [
    ("Mfa=maybe", "OFF, OPTIONAL, ON"), ("Architecture=mips", "arm64, x86_64"), ("KeepDeletedDays=36", "1 to 35"), ("KeepDeletedDays=0", "1 to 35"),
    ("MonthlyBudget=much", "a number"), ("Administrator=nobody", "mail address"), ("Administrator=Me <me@example.org>", "mail address"),
])
@pytest.mark.parametrize("command", ["plan", "deploy"])
def test_what_the_templates_forbid_is_refused_before_anybody_is_asked(command, given, sentence):
    wrong = satchel_aws(command, "--region", "eu-central-1", "--set", given)
    assert wrong.returncode == 2 and sentence in wrong.stderr and "Sign in first" not in wrong.stderr


def test_what_the_templates_allow_is_taken():
    deployment.check_values(deployment.SETTINGS)
    deployment.check_values({"KeepDeletedDays": "35", "Mfa": "ON", "Administrator": "you@example.org", "Installation": "satchel-2", "PublicUrl": "https://a.example.org"})
    with pytest.raises(Problem, match="--name cannot be 'Satchel'"):
        deployment.check_values({"Installation": "Satchel"})
    assert stacks.refusal("4", {"Type": "Number", "MinValue": 5}) == "it is 5 at least" and stacks.refusal("6", {"Type": "Number", "MaxValue": 5}) == "it is 5 at most"


class Planned:
    """A deployment of which nothing is made."""

    def __init__(self, **settings):
        self.settings, self.asked = {**deployment.SETTINGS, **settings}, 0

    def plan(self):
        self.asked += 1
        return 0, []


def plan_of(monkeypatch, work):
    satchel = program()
    monkeypatch.setattr(satchel, "deployment", lambda chosen, account: work)
    account = Remembering()
    account.name, account.region, account.number = "satchel", "eu-central-1", lambda: "123456789012"
    return satchel.run_plan(None, account)


def test_account_and_region_are_told_before_anything_else(monkeypatch, capsys):
    work = Planned()
    monkeypatch.setattr(work, "plan", lambda: print("the plan") or (0, []))
    plan_of(monkeypatch, work)
    assert capsys.readouterr().out.startswith("Account 123456789012, Region eu-central-1, installation satchel\nthe plan\n")


def test_account_and_region_are_told_before_deploying_asks(monkeypatch, capsys):
    satchel, work, asked = program(), Planned(Administrator="you@example.org"), []
    monkeypatch.setattr(work, "plan", lambda: (1, []))
    monkeypatch.setattr(satchel, "deployment", lambda chosen, account: work)
    monkeypatch.setattr(satchel, "agree", lambda question, yes: asked.append(capsys.readouterr().out))
    account = Remembering()
    account.name, account.region, account.number = "satchel", "eu-central-1", lambda: "123456789012"
    with pytest.raises(Problem, match="Nothing was changed"):
        satchel.run_deploy(types.SimpleNamespace(yes=False), account)
    assert "Account 123456789012, Region eu-central-1" in asked[0]


def test_a_plan_for_nobody_says_so(monkeypatch, capsys):
    plan_of(monkeypatch, Planned())
    assert "Administrator is empty" in capsys.readouterr().out
    for work in (Planned(Administrator="you@example.org"), Planned(Directory="built-in")):
        plan_of(monkeypatch, work)
        assert "Administrator is empty" not in capsys.readouterr().out


def test_what_was_remembered_is_looked_at_before_the_plan_too(monkeypatch):
    work = Planned(Mfa="maybe")
    with pytest.raises(Problem, match="Mfa cannot be 'maybe'"):
        plan_of(monkeypatch, work)
    assert work.asked == 0


@pytest.mark.parametrize("command, said", [("plan", "plan again"), ("deploy", "deploy again"), ("status", "status again"), ("smoke", "smoke again"),
                                           ("destroy", "destroy again"), ("page publish", "Say it again")])
@pytest.mark.parametrize("failure", [botocore.exceptions.ClientError({"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}, "Asked"),
                                     botocore.exceptions.ConnectionClosedError(endpoint_url="https://x"), KeyboardInterrupt()])
def test_who_fails_says_how_that_command_goes_on(monkeypatch, capsys, command, said, failure):
    satchel = program()

    def fail(*_):
        raise failure
    monkeypatch.setattr(sys, "argv", ["satchel-aws", *command.split(), "--region", "eu-central-1"])
    monkeypatch.setattr(satchel, "refuse_old_botocore", lambda: None)
    monkeypatch.setattr(satchel, "Account", lambda *_: types.SimpleNamespace(number=fail))
    assert satchel.main() == 1
    told = capsys.readouterr().err
    assert said in told and ("eploy again" in told) == (command == "deploy")


def test_status_of_nothing_is_that_it_is_not_there(monkeypatch):
    monkeypatch.setattr(deployment, "Stack", lambda *_: types.SimpleNamespace(status=lambda: None))
    account = Remembering()
    account.name, account.region = "satchel", "eu-central-1"
    with pytest.raises(Problem, match="no installation satchel in eu-central-1") as told:
        deployment.Deployment(account, deployment.SETTINGS, None).status()
    assert told.value.status == 3


def test_a_release_without_that_architecture_names_a_setting_that_there_is(tmp_path):
    (tmp_path / "VERSION").write_text("1")
    with pytest.raises(Problem, match="--set Architecture="):
        release.Release(tmp_path).code("arm64")


@pytest.mark.parametrize("given, sentence", [
    ({"Domain": "files.example.org"}, "HostedZone"),
    ({"ContentDomain": "files.example.net"}, "ContentHostedZone"),
    ({"Nothing": "x"}, "There is no setting"),
])
def test_settings_that_want_more_say_so(given, sentence):
    account = type("Nobody", (), {"settings": lambda self: {}})()
    with pytest.raises(Problem, match=sentence):
        deployment.chosen_settings(account, given)


@pytest.mark.parametrize("stands, fixed", [
    ([], False), (["bootstrap", "edge-cert", "data", "api"], False), (["bootstrap", "edge"], True), (["identity"], True), (["functions"], True),
])
def test_who_signs_people_in_is_chosen_once_something_depends_on_it(monkeypatch, stands, fixed):
    account = type("Somebody", (), {"settings": lambda self: {"Directory": "cognito"}})()
    monkeypatch.setattr(deployment, "Stack", lambda _, kind: types.SimpleNamespace(name="satchel-" + kind, status=lambda: "CREATE_COMPLETE" if kind in stands else None))
    if fixed:
        with pytest.raises(Problem, match="chosen once, and satchel-" + stands[-1]):
            deployment.chosen_settings(account, {"Directory": "built-in"})
    else:
        assert deployment.chosen_settings(account, {"Directory": "built-in"})["Directory"] == "built-in"
    assert deployment.chosen_settings(account, {"Directory": "cognito"})["Directory"] == "cognito"


class Change:
    changes = [1]

    def losses(self):
        return []

    def execute(self):
        pass


class Invoked:
    def __init__(self):
        self.names = []

    def invoke(self, FunctionName, **_):
        self.names.append(FunctionName)


@pytest.mark.parametrize("stood, directory, invoked", [
    (False, "built-in", ["satchel-identity"]), (True, "built-in", []), (False, "cognito", []),
])
def test_a_pipeline_starts_no_function_since_its_role_may_not(monkeypatch, stood, directory, invoked):
    """The first signing key is made when the functions are, which a person deploys; later the clock tends them."""
    functions = Invoked()
    account = Remembering(**{"lambda": functions})
    account.name = "satchel"
    monkeypatch.setattr(deployment, "Stack", lambda *_: type("Standing", (), {
        "exists": lambda self: stood, "make_ready": lambda self: None, "missing": lambda self, known: [], "change_set": lambda self, *_: Change()})())
    work = deployment.Deployment(account, {"Directory": directory}, None)
    monkeypatch.setattr(work, "known", dict)
    monkeypatch.setattr(work, "put_code", lambda known: None)
    work.apply("functions", False)
    assert functions.names == invoked


class Settled:
    """An account that remembers settings and nothing else."""

    def __init__(self, **settings):
        self.remembered = settings

    def settings(self):
        return self.remembered


def mail_after(remembered, **given):
    settings = deployment.chosen_settings(Settled(**remembered), given)
    return settings, deployment.mail_of(settings)


@pytest.mark.parametrize("sender", ["Satchel <files@example.org>", "files@example.org", '"Satchel, files" <files@example.org>'])
def test_the_sender_says_which_address_and_identity_are_wanted(sender):
    settings, mail = mail_after({}, MailFrom=sender)
    assert settings["MailFrom"] == sender and mail == {"MailAddress": "files@example.org", "MailIdentity": "example.org"}


def test_what_follows_from_the_sender_is_not_remembered_and_follows_the_next_one():
    settings, _ = mail_after({}, MailFrom="files@example.org")
    assert settings["MailIdentity"] == "" and set(settings) == set(deployment.SETTINGS)
    assert mail_after(settings, MailFrom="new@example.net")[1] == {"MailAddress": "new@example.net", "MailIdentity": "example.net"}
    assert mail_after(settings, MailFrom="")[1] == {"MailAddress": "", "MailIdentity": ""}
    with pytest.raises(Problem, match="files@example.org"):
        mail_after({}, MailFrom="Satchel")


@pytest.mark.parametrize("remembered", [
    {"MailFrom": "old@example.org", "MailAddress": "old@example.org", "MailIdentity": "example.org"},  # the first sender's
    {"MailFrom": "new@files.example.net", "MailAddress": "new@files.example.net", "MailIdentity": "example.org"},  # stuck at the one before
])
def test_what_an_earlier_release_derived_and_remembered_is_derived_anew(remembered):
    settings, mail = mail_after(remembered, MailFrom="new@files.example.net")
    assert "MailAddress" not in settings and mail == {"MailAddress": "new@files.example.net", "MailIdentity": "files.example.net"}


def test_an_identity_that_was_said_stays_as_long_as_it_is_one_of_the_sender():
    settings, mail = mail_after({}, MailFrom="a@mail.example.org", MailIdentity="example.org")
    assert mail["MailIdentity"] == "example.org"
    assert mail_after(settings)[1]["MailIdentity"] == "example.org" == mail_after(settings, MailFrom="b@mail.example.org")[1]["MailIdentity"]
    assert mail_after(settings, MailFrom="b@example.net")[1]["MailIdentity"] == "example.net"
    assert mail_after({}, MailFrom="a@example.org", MailIdentity="a@example.org")[1]["MailIdentity"] == "a@example.org"
    with pytest.raises(Problem, match="no identity of the sender"):
        mail_after({}, MailFrom="a@badexample.org", MailIdentity="example.org")


def test_the_stacks_are_told_what_follows_from_the_sender(monkeypatch):
    account = Remembering()
    account.name, account.region, account.number = "satchel", "eu-central-1", lambda: "123456789012"
    monkeypatch.setattr(deployment, "Stack", lambda *_: types.SimpleNamespace(outputs=dict))
    known = deployment.Deployment(account, {**deployment.SETTINGS, "MailFrom": "Satchel <files@example.org>"}, None).known()
    assert (known["MailAddress"], known["MailIdentity"]) == ("files@example.org", "example.org")


@pytest.mark.parametrize("side", ["backend", "frontend"])
def test_both_pipelines_call_the_phases_that_there_are(side):
    script = TOP / f"infra/pipelines/{side}.sh"
    assert subprocess.run(["bash", "-n", script]).returncode == 0
    phases = set(re.findall(r"^  (\w+)\)", script.read_text(), re.M))
    wrong = subprocess.run(["bash", script, "fly"], capture_output=True, text=True)
    assert wrong.returncode == 2 and all(phase in wrong.stderr for phase in phases)
    workflow = yaml.safe_load((TOP / f".github/workflows/{side}.yml").read_text())
    runs = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    github = [phase for run in runs for phase in re.findall(rf"{side}\.sh (\w+)", run)]
    specs = [yaml.safe_load((TOP / f"infra/pipelines/{half}-{side}.yml").read_text()) for half in ("build", "deploy")]
    aws = [phase for spec in specs for command in spec["phases"]["build"]["commands"] for phase in re.findall(rf"{side}\.sh (\w+)", command)]
    assert github == aws and set(github) == phases


@pytest.mark.parametrize("side", ["backend", "frontend"])
def test_workflows_name_actions_by_commit(side):
    """A tag can be moved to other code by whoever has the action's repository."""
    uses = re.findall(r"uses: (.*)", (TOP / f".github/workflows/{side}.yml").read_text())
    assert uses and all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one) for one in uses), uses


@pytest.mark.parametrize("side", ["backend", "frontend"])
def test_workflows_deploy_from_the_main_branch_by_a_role(side):
    text = (TOP / f".github/workflows/{side}.yml").read_text()
    release_job = yaml.safe_load(text)["jobs"]["release"]
    assert release_job["environment"] == "production" and release_job["permissions"]["id-token"] == "write"
    assert release_job["if"] == "github.event_name == 'push'" and "AWS_SECRET" not in text and "secrets." not in text


def test_the_page_of_costs_shows_what_the_model_says():
    assert cost.table() in (TOP / "docs/aws/cost.md").read_text()


def test_configuration_has_the_members_of_the_program():
    known = {"Issuer": "https://i", "WebClient": "w", "CliClient": "c", "Directory": "cognito", "SelfSignUp": "no", "MailFrom": "", "ContentUrl": "https://c"}
    contract = yaml.safe_load((TOP / "api/openapi.yaml").read_text())["paths"]["/config.json"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    if "$ref" in contract:
        contract = yaml.safe_load((TOP / "api/openapi.yaml").read_text())["components"]["schemas"][contract["$ref"].rsplit("/", 1)[-1]]
    made = page.page_config(known, "1")
    assert set(contract["required"]) <= set(made) <= set(contract["properties"])


def test_the_certificate_of_cloudfront_is_for_clients_and_of_its_authority(tmp_path):
    authority, certificate, key = keys.make_client_certificate("files.example.org")
    for name, text in (("ca", authority), ("certificate", certificate)):
        (tmp_path / name).write_text(text)
    told = keys.openssl("verify", "-purpose", "sslclient", "-CAfile", str(tmp_path / "ca"), str(tmp_path / "certificate"))
    assert told.strip().endswith("OK")
    assert keys.openssl("x509", "-pubkey", "-noout", text=certificate) == keys.openssl("pkey", "-pubout", text=key)
    with pytest.raises(Problem):
        keys.openssl("verify", "-purpose", "sslserver", "-CAfile", str(tmp_path / "ca"), str(tmp_path / "certificate"))


def test_the_key_of_downloads_is_one_that_cloudfront_takes():
    private, public = keys.new_download_key()
    assert "prime256v1" in keys.openssl("pkey", "-text", "-noout", text=private) and public == keys.openssl("pkey", "-pubout", text=private)
