#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Deploys the part of the templates that an engine knows, by the program that people use, and looks at what is there afterwards.

usage: deploy_to_engine.py ENDPOINT [--json FILE]      (the engine is MiniStack, run anew; see tools/test_engines.py)

Prints and, with --json, writes what was left out, by template, and each step: passed, failed. Status 1 where a step fails.
"""
import argparse
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import traceback
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from reduced import TOP, write_reduced  # noqa: E402  (it puts infra/ on the path)

import botocore.exceptions  # noqa: E402
from tool import deployment, destruction, release, stacks  # noqa: E402
from tool.account import Account, Problem  # noqa: E402
from tool.page import Page  # noqa: E402

NAME, REGION = "satchel", "us-east-1"


def make_release(folder, version, page, code=None):
    """A release with that zip of functions; without one with a program that does nothing: what is deployed is looked at, not called."""
    place = pathlib.Path(folder) / version
    (place / "lambda").mkdir(parents=True)
    (place / "web" / "assets").mkdir(parents=True)
    (place / "VERSION").write_text(version + "\n")
    for architecture in ("arm64", "x86_64"):
        packed = place / "lambda" / f"satchel-lambda-{architecture}.zip"
        if code:
            shutil.copy(code, packed)
            continue
        with zipfile.ZipFile(packed, "w") as dummy:
            dummy.writestr(zipfile.ZipInfo("bootstrap", (2026, 1, 1, 0, 0, 0)), f"#!/bin/sh\n# {version}\n")
    (place / "web" / "index.html").write_text(f"<script src=/assets/{page}.js></script>")
    (place / "web" / "link.html").write_text(f"<script src=/assets/{page}.js></script>link")
    (place / "web" / "assets" / f"{page}.js").write_text(page)
    (place / "web" / "favicon.svg").write_text("<svg/>")
    return release.Release(place)


def unknown_types(account):
    """What the engine says it does not know, template by template."""
    unknown = set()
    client, artefacts = account.client("cloudformation"), release.Artefacts(account, "asked")
    account.client("s3").create_bucket(Bucket="asked")
    with tempfile.TemporaryDirectory() as folder:
        write_reduced(folder, set())
        for path in sorted(pathlib.Path(folder).glob("*.yaml")):
            for _ in range(20):
                write_reduced(folder, unknown)
                parameters = json.loads(path.read_text()).get("Parameters", {})
                given = [{"ParameterKey": name, "ParameterValue": "https://x.invalid"} for name, about in parameters.items() if "Default" not in about]
                try:
                    client.create_change_set(StackName="asked-" + path.stem, ChangeSetName="asked", ChangeSetType="CREATE", TemplateURL=artefacts.put_template(path.stem, path.read_text()),
                                             Parameters=given, Capabilities=["CAPABILITY_NAMED_IAM"])
                    client.delete_stack(StackName="asked-" + path.stem)
                    break
                except botocore.exceptions.ClientError as error:
                    found = re.search(r"Unrecognized resource types: \[([^\]]*)\]", str(error))
                    if not found:
                        raise SystemExit(f"{path.stem}: {str(error)[:500]}") from None
                    unknown |= {name.strip() for name in found.group(1).split(",")}
    return unknown


class Steps:
    def __init__(self):
        self.results = []

    @contextlib.contextmanager
    def step(self, name):
        try:
            yield
        except Exception as error:  # a step that fails is a result, whatever it failed by
            traceback.print_exc()
            self.results.append({"name": name, "result": "failed", "reason": f"{type(error).__name__}: {error}"[:500]})
            print(f"FAILED {name}")
        else:
            self.results.append({"name": name, "result": "passed"})
            print(f"passed {name}")


def expect(truth, sentence):
    if not truth:
        raise AssertionError(sentence)


def output_of(action):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        answer = action()
    return answer, text.getvalue()


def run(account, folder, steps):
    first, second = make_release(folder, "0.0.1", "one"), make_release(folder, "0.0.2", "two")
    settings = deployment.chosen_settings(account, {"AlarmAddress": "keeper@example.org", "Administrator": "keeper@example.org", "Architecture": "x86_64"})
    work = deployment.Deployment(account, settings, first)

    with steps.step("a plan of nothing changes nothing"):
        (touched, losses), text = output_of(work.plan)
        expect(touched == len(work.kinds()) and not losses, text)
        expect(not any(stacks.Stack(account, kind).status() for kind in work.kinds()), "a plan made a stack")
    with steps.step("a cut in the middle"):
        # As a run that was ended behind its third stack leaves it.
        for kind in work.kinds()[:3]:
            work.apply(kind, False)
    with steps.step("deploying goes on from there"):
        account.remember_settings(settings)
        work.deploy()
        for kind in work.kinds():
            expect(stacks.Stack(account, kind).exists(), f"{kind} is {stacks.Stack(account, kind).status()}")
    known = work.known()
    with steps.step("deploying again changes nothing"):
        (touched, _), text = output_of(work.plan)
        expect(touched == 0, text)
    with steps.step("the table is what the adapter wants"):
        table = account.client("dynamodb").describe_table(TableName=known["Table"])["Table"]
        expect({k["AttributeName"]: k["KeyType"] for k in table["KeySchema"]} == {"pk": "HASH", "sk": "RANGE"}, str(table["KeySchema"]))
        expect({i["IndexName"]: i["Projection"]["ProjectionType"] for i in table["GlobalSecondaryIndexes"]} == {"gsi1": "ALL", "gsi2": "ALL"}, "indexes")
    with steps.step("the secrets have values, and a second run leaves them"):
        secrets = account.client("secretsmanager")
        before = secrets.get_secret_value(SecretId=known["MasterKeySecret"])["SecretString"]
        expect(len(__import__("base64").b64decode(before)) == 32, "the master key has not 32 bytes")
        expect("PRIVATE KEY" in secrets.get_secret_value(SecretId=known["DownloadKeySecret"])["SecretString"], "no private key")
        work.after("data")
        expect(secrets.get_secret_value(SecretId=known["MasterKeySecret"])["SecretString"] == before, "the master key was changed")
    with steps.step("one function and one role per group, behind an alias"):
        functions = {f["FunctionName"]: f for page in account.client("lambda").get_paginator("list_functions").paginate() for f in page["Functions"]}
        registry = json.loads((TOP / "infra" / "registry.json").read_text())
        groups = {row["group"] for row in registry["rows"]} | {"authorizer", "cognito", "fanout"}
        expect({f"{NAME}-{group}" for group in groups} == set(functions), f"{sorted(functions)}")
        expect(len({f["Role"] for f in functions.values()}) == len(functions), "two functions share a role")
        for name, function in functions.items():
            expect(function["Handler"] == name.removeprefix(NAME + "-"), f"{name} has handler {function['Handler']}")
            account.client("lambda").get_alias(FunctionName=name, Name="live")
    with steps.step("routes and who may"):
        routes = account.client("apigatewayv2").get_routes(ApiId=known["Api"], MaxResults="500")["Items"]
        kinds = {route["RouteKey"]: route["AuthorizationType"] for route in routes}
        expect(kinds.get("GET /api/v1/me") == "CUSTOM" and kinds.get("GET /api/v1/public/links/{token}") == "NONE", str(kinds)[:300])
        expect("GET /auth/authorize" not in kinds, "the built-in provider's routes are there beside Cognito's")
    with steps.step("the page is there, hashed files for a year and entry pages asked for again"):
        s3 = account.client("s3")
        control = {key: s3.head_object(Bucket=known["AssetsBucket"], Key=key)["CacheControl"] for key in ("assets/one.js", "index.html", "link.html", "config.json")}
        expect("immutable" in control.pop("assets/one.js") and set(control.values()) == {"no-cache"}, str(control))
        config = json.loads(s3.get_object(Bucket=known["AssetsBucket"], Key="config.json")["Body"].read())
        expect(config["issuer"] == known["Issuer"] and config["client_id"] == known["WebClient"], str(config))
    next_one = deployment.Deployment(account, settings, second)
    with steps.step("a new release: a plan that says so, new versions, a new page"):
        (touched, losses), text = output_of(next_one.plan)
        expect("functions" in text and not losses, text)
        before = account.client("lambda").get_alias(FunctionName=f"{NAME}-entries", Name="live")["FunctionVersion"]
        next_one.deploy()
        expect(account.client("lambda").get_alias(FunctionName=f"{NAME}-entries", Name="live")["FunctionVersion"] != before, "the alias is where it was")
        body = s3.get_object(Bucket=known["AssetsBucket"], Key="index.html")["Body"].read()
        expect(b"two.js" in body, str(body))
    with steps.step("the former page again, and its files are still there"):
        Page(account, known["AssetsBucket"], None).roll_back(None)
        expect(b"one.js" in s3.get_object(Bucket=known["AssetsBucket"], Key="index.html")["Body"].read(), "the page is not the former one")
        s3.head_object(Bucket=known["AssetsBucket"], Key="assets/one.js")
    with steps.step("a change that would lose data is refused"):
        path = stacks.TEMPLATES / "data.yaml"
        whole = path.read_text()
        template = json.loads(whole)
        del template["Resources"]["Table"]
        template["Outputs"] = {k: v for k, v in template["Outputs"].items() if k not in ("Table", "TableStream")}
        template["Resources"].pop("Selection", None)
        path.write_text(json.dumps(template))
        try:
            next_one.apply("data", False)
            raise AssertionError("it was done")
        except Problem as problem:
            expect("Table" in str(problem), str(problem))
        finally:
            path.write_text(whole)
        account.client("dynamodb").describe_table(TableName=known["Table"])
    with steps.step("destroy keeps files, table, people and keys"):
        destruction.destroy(account, False)
        account.client("dynamodb").describe_table(TableName=known["Table"])
        s3.head_bucket(Bucket=known["Bucket"])
        expect(stacks.Stack(account, "functions").status() is None and stacks.Stack(account, "data").exists(), "the wrong stacks are gone")
    with steps.step("deploy brings it back over the same data"):
        next_one.deploy()
        expect(next_one.known()["Table"] == known["Table"], "another table")
    with steps.step("destroy with data leaves nothing"):
        destruction.destroy(account, True)
        tables = account.client("dynamodb").list_tables()["TableNames"]
        expect(known["Table"] not in tables, f"{tables}")
        expect(not [b for b in s3.list_buckets()["Buckets"] if b["Name"] == known["Bucket"]], "the bucket is there")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("endpoint")
    parser.add_argument("--json")
    chosen = parser.parse_args()
    os.environ.update({"AWS_ENDPOINT_URL": chosen.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"})
    stacks.POLL_SECONDS = 0.05
    account, steps = Account(NAME, REGION), Steps()
    with tempfile.TemporaryDirectory() as folder:
        # A type that the engine knows, in a form that it does not.
        unknown = unknown_types(account) | {"AWS::CloudWatch::Alarm with metric math"}
        templates = pathlib.Path(folder) / "templates"
        templates.mkdir()
        left_out = write_reduced(templates, unknown)
        stacks.TEMPLATES = release.TEMPLATES = templates
        run(account, folder, steps)
    total = sum(len(names) for gone in left_out.values() for names in gone.values())
    for template, gone in left_out.items():
        print(f"left out of {template}: " + ", ".join(f"{kind} ({len(names)})" for kind, names in gone.items()))
    print(f"{total} resources left out, since the engine does not know them")
    if chosen.json:
        pathlib.Path(chosen.json).write_text(json.dumps({"left_out": left_out, "steps": steps.results}, indent=1))
    return 1 if any(step["result"] == "failed" for step in steps.results) else 0


if __name__ == "__main__":
    sys.exit(main())
