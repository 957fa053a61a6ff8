#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The checklist: every rule passes on all templates, and fails on its defect (rules/defects.yaml).

  infra/check.py                              the rules of crosswise.py alone: nothing is wanted but Python
  infra/check.py --guard PATH [--lint PATH]   all of them: cfn-guard for rules/*.guard, cfn-lint for CloudFormation's own schemas
  … --json FILE                               {"rules": {NAME: {"result": "passed" | "failed", "reason": …}}, "lint": […]}
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

import crosswise

HERE = pathlib.Path(__file__).resolve().parent


def guard_rules():
    return sorted(name for path in (HERE / "rules").glob("*.guard") for name in re.findall(r"^rule (\w+)", path.read_text(), re.M))


def names_within(value):
    """Names of failed rules in Guard's report."""
    if isinstance(value, dict):
        if "Rule" in value and "name" in value["Rule"]:
            yield value["Rule"]["name"]
        for inner in value.values():
            yield from names_within(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names_within(inner)


def run_guard(guard, documents):
    """{document: failed rules} for documents by name."""
    with tempfile.TemporaryDirectory() as folder:
        for name, document in documents.items():
            (pathlib.Path(folder) / f"{name}.json").write_text(json.dumps(document))
        done = subprocess.run([guard, "validate", "-r", str(HERE / "rules"), "-d", folder, "-z", "-o", "json", "-S", "none"], capture_output=True, text=True)
    if done.returncode not in (0, 19) or not done.stdout.strip():
        raise SystemExit(f"cfn-guard failed: {(done.stderr or done.stdout)[:2000]}")
    failed = {}
    for report in json.loads(done.stdout):
        name = pathlib.PurePath(report["name"]).stem
        failed.setdefault(name, set()).update(names_within(report.get("not_compliant", [])))
    return failed


def judge(templates, defects, guard):
    """{rule: what is wrong with it, empty where nothing is}"""
    wrong = {name: list(found) for name, found in crosswise.check(templates).items()}
    for name in crosswise.RULES:
        if name not in defects:
            wrong[name].append("no defect proves it")
        elif not list(crosswise.RULES[name](crosswise.damage(templates, defects[name]))):
            wrong[name].append("it lets its defect pass")
    if not guard:
        return wrong
    rules = guard_rules()
    documents = {"whole-" + name: template for name, template in templates.items()}
    for rule in rules:
        if rule in defects:
            documents["defect-" + rule] = crosswise.damage(templates, defects[rule])[defects[rule][0]]
    failed = run_guard(guard, documents)
    for rule in rules:
        wrong[rule] = [f"{name.removeprefix('whole-')} breaks it" for name in sorted(failed) if name.startswith("whole-") and rule in failed[name]]
        if rule not in defects:
            wrong[rule].append("no defect proves it")
        elif rule not in failed.get("defect-" + rule, set()):
            wrong[rule].append("it lets its defect pass")
    return wrong


def run_lint(lint):
    files = [str(path) for path in sorted((HERE / "templates").glob("*.yaml"))]
    done = subprocess.run([lint, "--config-file", str(HERE / ".cfnlintrc"), "--format", "parseable", *files], capture_output=True, text=True)
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guard", metavar="PATH")
    parser.add_argument("--lint", metavar="PATH")
    parser.add_argument("--json", metavar="FILE")
    chosen = parser.parse_args()
    templates = crosswise.load_all(HERE / "templates")
    defects = yaml.safe_load((HERE / "rules" / "defects.yaml").read_text())
    wrong = judge(templates, defects, chosen.guard)
    strays = sorted(set(defects) - set(crosswise.RULES) - set(guard_rules()))
    for stray in strays:
        wrong[stray] = ["there is a defect and no rule"]
    lint = run_lint(chosen.lint) if chosen.lint else []
    for rule in sorted(wrong):
        for reason in wrong[rule]:
            print(f"{rule}: {reason}")
    for line in lint:
        print(f"cfn-lint: {line}")
    bad = [rule for rule in wrong if wrong[rule]]
    print(f"{len(wrong) - len(bad)} rules hold and catch their defects, {len(bad)} do not" + (f"; cfn-lint finds {len(lint)} things" if chosen.lint else ""))
    if chosen.json:
        rules = {rule: {"result": "failed", "reason": "; ".join(found)} if found else {"result": "passed"} for rule, found in sorted(wrong.items())}
        pathlib.Path(chosen.json).write_text(json.dumps({"rules": rules, "lint": lint}, indent=1))
    return 1 if bad or lint else 0


if __name__ == "__main__":
    sys.exit(main())
