# SPDX-License-Identifier: Apache-2.0
"""Templates without what an engine does not know: the resources of those types, and what names them."""
import functools
import json
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "infra"))
from cfn import load  # noqa: E402

STANDS_IN = "left-out"
loaded = functools.cache(load)


def names_of(value):
    """Logical names that an expression refers to."""
    if isinstance(value, dict) and len(value) == 1:
        (key, inner), = value.items()
        if key == "Ref":
            return {inner}
        if key == "Fn::GetAtt":
            return {inner[0]}
        if key == "Fn::Sub":
            text, given = (inner, {}) if isinstance(inner, str) else inner
            return {name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text) if name not in given} | names_of(given)
    if isinstance(value, dict):
        return set().union(*[names_of(inner) for inner in value.values()]) if value else set()
    if isinstance(value, list):
        return set().union(*[names_of(inner) for inner in value]) if value else set()
    return set()


def without(value, gone):
    """The expression with a word where it named what is gone."""
    if isinstance(value, dict):
        key = next(iter(value), None)
        if len(value) == 1 and key in ("Ref", "Fn::GetAtt", "Fn::Sub") and names_of(value) & gone:
            if key == "Fn::Sub" and isinstance(value[key], str):
                return {"Fn::Sub": re.sub(r"\$\{(%s)(\.[^}]*)?\}" % "|".join(map(re.escape, gone)), STANDS_IN, value[key])}
            return STANDS_IN
        return {inner: without(part, gone) for inner, part in value.items()}
    if isinstance(value, list):
        return [without(part, gone) for part in value]
    return value


def kind_of(resource):
    """The type, and what of it an engine may lack by itself."""
    math = resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
    return resource["Type"] + (" with metric math" if math else "")


def reduce(path, unknown):
    """(template, left out by type)"""
    template = loaded(path)
    gone = {name for name, resource in template["Resources"].items() if kind_of(resource) in unknown}
    left_out = {}
    for name in sorted(gone):
        left_out.setdefault(kind_of(template["Resources"][name]), []).append(name)
    resources = {}
    for name, resource in template["Resources"].items():
        if name in gone:
            continue
        kept = {key: without(part, gone) for key, part in resource.items()}
        depends = kept.get("DependsOn")
        if depends:
            kept["DependsOn"] = [other for other in ([depends] if isinstance(depends, str) else depends) if other not in gone]
        if "UpdatePolicy" in kept and names_of(resource["UpdatePolicy"]) & gone:
            del kept["UpdatePolicy"]
        resources[name] = kept
    outputs = {name: without(part, gone) for name, part in template.get("Outputs", {}).items()}
    return {**template, "Resources": resources, "Outputs": outputs}, left_out


def write_reduced(folder, unknown):
    """All templates into a folder; what was left out, by template."""
    left_out = {}
    for path in sorted((TOP / "infra" / "templates").glob("*.yaml")):
        template, gone = reduce(path, unknown)
        (pathlib.Path(folder) / path.name).write_text(json.dumps(template))
        if gone:
            left_out[path.stem] = gone
    return left_out
