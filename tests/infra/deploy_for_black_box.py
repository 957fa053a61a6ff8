#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Deploys the real functions with what an engine knows of the templates, by the program that people use, for tests/e2e to be run against.

usage: deploy_for_black_box.py ENDPOINT ZIP PUBLIC_URL PLACE      (the engine is MiniStack; tools/engines/suites.py runs it)

PUBLIC_URL is where a plain edge will stand, in front of the distribution. PLACE is written: a JSON file that says where everything is (tests/e2e/stack.py reads it).
"""
import json
import os
import pathlib
import sys
import tempfile
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from deploy_to_engine import NAME, REGION, make_release, stacks, unknown_types  # noqa: E402  (it puts infra/ on the path)
from reduced import write_reduced  # noqa: E402

from tool import deployment, release  # noqa: E402
from tool.account import Account  # noqa: E402


def adapt_edge(template, endpoint, public_url):
    """The engine's distribution asks no host of AWS; its own HTTP API answers under a path, too. And it speaks no TLS: the plain edge says that viewers do."""
    api_id = {"Fn::Select": [0, {"Fn::Split": [".", {"Ref": "ApiOrigin"}]}]}
    api = next(origin for origin in template["Resources"]["App"]["Properties"]["DistributionConfig"]["Origins"] if origin["Id"] == "api")
    api.update({"DomainName": endpoint.hostname, "OriginPath": {"Fn::Sub": ["/_aws/execute-api/${Id}/$default", {"Id": api_id}]},
                "CustomOriginConfig": {"OriginProtocolPolicy": "http-only", "HTTPPort": endpoint.port, "OriginReadTimeout": 35}})
    for name in ("AssetsPolicy", "FilesPolicy"):
        policy = template["Resources"][name]["Properties"]["PolicyDocument"]
        policy["Statement"] = [statement for statement in policy["Statement"] if statement["Sid"] != "TlsOnly"]
        # The page is fetched as a distribution of no account.
        policy["Statement"][-1]["Condition"]["StringEquals"].pop("aws:SourceAccount")
    template["Outputs"]["PublicUrl"] = {"Value": public_url}


def statements_of(role):
    """Of its policies; those that depend on a condition are in an `If`."""
    for policy in role.get("Properties", {}).get("Policies", []):
        yield from policy.get("PolicyDocument", {}).get("Statement", [])


def adapt_functions(template):
    """The engine knows no checksum of a whole object that came in parts. It tells policies no leading keys, and a batch for SQS has a permission of its own there."""
    for resource in template["Resources"].values():
        for statement in statements_of(resource):
            if statement.get("Sid") == "WriteFamilies":
                del statement["Condition"]
            if statement["Action"] == ["sqs:SendMessage"]:
                statement["Action"].append("sqs:SendMessageBatch")
        variables = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
        if "SATCHEL_OBJECTS" in variables:
            variables["SATCHEL_OBJECTS"] = {"Fn::Sub": variables["SATCHEL_OBJECTS"]["Fn::Sub"] + "&checksums=parts"}


def adapt_data(template):
    """The engine's !Ref of a secret is its name, and policies name it by its ARN."""
    for output in ("MasterKeySecret", "DownloadKeySecret"):
        template["Outputs"][output] = {"Value": {"Fn::GetAtt": [template["Outputs"][output]["Value"]["Ref"], "Id"]}}


def adapt_identity(template):
    """The engine makes temporary passwords of twelve characters, whatever the policy, and then refuses them."""
    template["Resources"]["Pool"]["Properties"]["Policies"]["PasswordPolicy"]["MinimumLength"] = 12


ADAPT = {"data": adapt_data, "functions": adapt_functions, "identity": adapt_identity}


def adapt(folder, endpoint, public_url):
    for path in folder.glob("*.yaml"):
        template = json.loads(path.read_text())
        if "PublicUrl" in template.get("Parameters", {}):
            template["Parameters"]["PublicUrl"].pop("AllowedPattern", None)
        if path.stem == "edge":
            adapt_edge(template, endpoint, public_url)
        elif path.stem in ADAPT:
            ADAPT[path.stem](template)
        path.write_text(json.dumps(template))


def main():
    origin, code, public_url, place = sys.argv[1:]
    os.environ.update({"AWS_ENDPOINT_URL": origin, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"})
    stacks.POLL_SECONDS = 0.05
    account = Account(NAME, REGION)
    with tempfile.TemporaryDirectory() as folder:
        templates = pathlib.Path(folder) / "templates"
        templates.mkdir()
        write_reduced(templates, unknown_types(account) | {"AWS::CloudWatch::Alarm with metric math"})
        adapt(templates, urllib.parse.urlparse(origin), public_url)
        stacks.TEMPLATES = release.TEMPLATES = templates
        settings = deployment.chosen_settings(account, {"AlarmAddress": "keeper@example.org", "Architecture": "x86_64", "SelfSignUp": "yes"})
        account.remember_settings(settings)
        known = deployment.Deployment(account, settings, make_release(folder, "0.0.1", "one", pathlib.Path(code))).deploy()
    host = account.client("cloudfront").get_distribution(Id=known["Distribution"])["Distribution"]["DomainName"]
    pathlib.Path(place).write_text(json.dumps({"engine": origin, "host": host, "public_url": public_url, "user_pool": known["UserPool"]}))


if __name__ == "__main__":
    main()
