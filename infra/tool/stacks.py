# SPDX-License-Identifier: Apache-2.0
"""Stacks by change sets: what would change, how far it is, what came of it. All state is CloudFormation's, so a run that was cut off goes on
where it was."""
import functools
import hashlib
import math
import os
import pathlib
import re
import time

import botocore.exceptions

from cfn import load
from tool.account import CERTIFICATES_REGION, Problem, code_of

TEMPLATES = pathlib.Path(__file__).resolve().parent.parent / "templates"
# In the order of deployment: what needs another's outputs comes behind it. The last ones stand beside the installation.
ORDER = ["bootstrap", "edge-cert", "data", "api", "edge", "identity", "functions", "routes", "observability"]
PIPELINES = ["pipeline-backend", "pipeline-frontend"]
LONGEST_BODY = 51_200
POLL_SECONDS = float(os.environ.get("SATCHEL_AWS_POLL", "3"))
# Whose replacement or removal loses data or people.
STATEFUL = {"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::Cognito::UserPool", "AWS::SecretsManager::Secret", "AWS::Backup::BackupVault"}
SETTLED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"}
NOTHING_NEW = ("didn't contain changes", "No updates are to be performed", "no changes")


def declarations():
    """What the templates of an installation say of each parameter: {name: [about, …]}."""
    found = {}
    for kind in ORDER:
        for name, about in load(TEMPLATES / f"{kind}.yaml").get("Parameters", {}).items():
            found.setdefault(name, []).append(about)
    return found


def refusal(value, about):
    """Why CloudFormation would not take that value for the parameter; None: it would."""
    if "AllowedValues" in about and value not in map(str, about["AllowedValues"]):
        return "it is one of " + ", ".join(map(str, about["AllowedValues"]))
    if "AllowedPattern" in about and not re.fullmatch(about["AllowedPattern"], value):
        return f"it has the form {about['AllowedPattern']}"
    if about["Type"] == "Number":
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
            return "it is a number"
        least, most = about.get("MinValue", -math.inf), about.get("MaxValue", math.inf)
        if not least <= float(value) <= most:
            return f"it is {least} to {most}" if least > -math.inf and most < math.inf else f"it is {least} at least" if least > -math.inf else f"it is {most} at most"
    return None


class Stack:
    """One stack of an installation."""

    def __init__(self, account, kind):
        self.account, self.kind = account, kind
        self.name = f"{account.name}-{kind}"
        self.path = TEMPLATES / f"{kind}.yaml"
        region = CERTIFICATES_REGION if kind == "edge-cert" else None
        self.cloudformation = account.client("cloudformation", region)

    @functools.cached_property
    def template(self):
        return load(self.path)

    def describe(self):
        try:
            return self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except botocore.exceptions.ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def status(self):
        found = self.describe()
        return found["StackStatus"] if found else None

    def exists(self):
        return self.status() in SETTLED

    def outputs(self):
        found = self.describe()
        return {o["OutputKey"]: o.get("OutputValue", "") for o in (found or {}).get("Outputs", [])}

    def parameters(self, known):
        """Those that the template declares, as far as they are known; what is not keeps its value, or the template's."""
        declared = self.template.get("Parameters", {})
        return {name: str(known[name]) for name in declared if name in known}

    def missing(self, known):
        """Parameters that nobody knows yet."""
        return [name for name, about in self.template.get("Parameters", {}).items() if "Default" not in about and name not in known]

    def make_ready(self):
        """Waits for what another run has begun, and clears away a creation that failed."""
        status = self.status()
        if status and status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            print(f"{self.kind}: another deployment is at work; waiting for it")
            self.watch(set(), quiet=True)
            status = self.status()
        if status in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_FAILED", "DELETE_FAILED"):
            print(f"{self.kind}: clearing away a creation that did not succeed")
            self.delete()
            status = self.status()
        if status == "UPDATE_ROLLBACK_FAILED":
            raise Problem(f"The stack {self.name} could not go back to what it was. Look at its events in the console, mend the cause, choose "
                          "'Continue update rollback', then deploy again.")

    def change_set(self, known, artefacts):
        """Asks CloudFormation what would change. None: nothing."""
        exists = self.exists()
        body = self.path.read_text()
        source = {"TemplateBody": body}
        if len(body.encode()) > LONGEST_BODY:
            source = {"TemplateURL": artefacts.put_template(self.kind, body)}
        given = self.parameters(known)
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
        if exists:
            had = {p["ParameterKey"] for p in self.describe().get("Parameters", [])}
            parameters += [{"ParameterKey": key, "UsePreviousValue": True} for key in self.template.get("Parameters", {}) if key not in given and key in had]
        name = "satchel-" + hashlib.sha256(os.urandom(16)).hexdigest()[:12]
        role = {"RoleARN": known["DeployRole"]} if known.get("DeployRole") and self.kind != "bootstrap" else {}
        self.cloudformation.create_change_set(
            StackName=self.name, ChangeSetName=name, ChangeSetType="UPDATE" if exists else "CREATE", Parameters=parameters, Capabilities=["CAPABILITY_NAMED_IAM"],
            Tags=[{"Key": "satchel", "Value": self.account.name}, {"Key": "satchel-stack", "Value": self.kind}], **source, **role)
        return self.settled_change_set(name)

    def settled_change_set(self, name):
        deadline = time.monotonic() + 600
        while True:
            found = self.cloudformation.describe_change_set(StackName=self.name, ChangeSetName=name)
            if found["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                break
            if time.monotonic() > deadline:
                raise Problem(f"CloudFormation has not said within ten minutes what would change in {self.name}. Say it again.")
            time.sleep(POLL_SECONDS)
        if found["Status"] == "FAILED":
            self.cloudformation.delete_change_set(StackName=self.name, ChangeSetName=name)
            reason = found.get("StatusReason", "")
            if any(sign in reason for sign in NOTHING_NEW):
                return None
            raise Problem(f"CloudFormation does not accept the template or the parameters of {self.name}: {reason}")
        changes, token = list(found["Changes"]), found.get("NextToken")
        while token:
            more = self.cloudformation.describe_change_set(StackName=self.name, ChangeSetName=name, NextToken=token)
            changes, token = changes + more["Changes"], more.get("NextToken")
        if not changes:
            self.drop(name)
            return None
        return ChangeSet(self, name, [change["ResourceChange"] for change in changes])

    def drop(self, change_set):
        self.cloudformation.delete_change_set(StackName=self.name, ChangeSetName=change_set)

    def events(self):
        pages = self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=self.name)
        return [event for page in pages for event in page["StackEvents"]]

    def watch(self, seen, quiet=False, total=0):
        """Tells each step until the stack rests; the reason of the first failure, or None."""
        failure, done, before = None, set(), len(seen)
        deadline = time.monotonic() + 60
        while True:
            status = self.status()
            if status is None:
                return None
            for event in reversed(self.events()):
                if event["EventId"] in seen:
                    continue
                seen.add(event["EventId"])
                state, resource = event["ResourceStatus"], event["LogicalResourceId"]
                if state.endswith("_FAILED") and not failure and "cancelled" not in event.get("ResourceStatusReason", ""):
                    failure = f"{resource} ({event['ResourceType']}): {event.get('ResourceStatusReason', 'no reason given')}"
                if state.endswith("_COMPLETE") and resource != self.name:
                    done.add(resource)
                if not quiet and not state.endswith("_IN_PROGRESS"):
                    count = f" {len(done)}/{total}" if total else ""
                    print(f"  {self.kind}{count}: {resource} {state.lower().replace('_', ' ')}", flush=True)
            # What was just asked for may not have begun yet.
            begun = len(seen) > before or quiet or time.monotonic() > deadline
            if begun and not status.endswith("_IN_PROGRESS"):
                return failure
            time.sleep(POLL_SECONDS)

    def protect(self, on):
        self.cloudformation.update_termination_protection(StackName=self.name, EnableTerminationProtection=on)

    def delete(self, keep=()):
        seen = {event["EventId"] for event in self.events()}
        self.cloudformation.delete_stack(StackName=self.name, **({"RetainResources": list(keep)} if keep else {}))
        failure = self.watch(seen)
        if failure and self.status():
            raise Problem(f"{self.name} could not be removed. {failure}")


class ChangeSet:
    def __init__(self, stack, name, changes):
        self.stack, self.name, self.changes = stack, name, changes

    def lines(self):
        signs = {"Add": "+", "Modify": "~", "Remove": "-", "Import": "<", "Dynamic": "?"}
        for change in self.changes:
            sign = signs.get(change["Action"], "?")
            what = ", ".join(sorted({d["Target"].get("Name") or d["Target"].get("Attribute", "") for d in change.get("Details", []) if "Target" in d} - {""}))
            if change.get("Replacement") == "True":
                sign, what = "!", "is made anew" + (f" ({what})" if what else "")
            yield f"  {sign} {change['LogicalResourceId']:30} {change['ResourceType']:42} {what}".rstrip()

    def losses(self):
        """Resources whose data this would lose or leave behind."""
        return [c["LogicalResourceId"] for c in self.changes
                if c["ResourceType"] in STATEFUL and (c["Action"] == "Remove" or c.get("Replacement") == "True")]

    def drop(self):
        self.stack.drop(self.name)

    def execute(self):
        stack = self.stack
        seen = {event["EventId"] for event in stack.events()}
        stack.cloudformation.execute_change_set(StackName=stack.name, ChangeSetName=self.name)
        failure = stack.watch(seen, total=len(self.changes))
        status = stack.status()
        if status not in SETTLED or failure or status == "UPDATE_ROLLBACK_COMPLETE":
            raise Problem(f"{stack.name} is in state {status}. {failure or 'Its events in the console say why.'}\n"
                          "What was there before goes on. Mend the cause and deploy again: it goes on here.")
        if stack.kind in ("data", "identity", "bootstrap"):
            stack.protect(True)
