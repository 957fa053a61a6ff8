# SPDX-License-Identifier: Apache-2.0
"""The templates: what follows from the registry, the checklist as far as Python goes, headers and addresses as the program has them."""
import json
import pathlib
import re
import subprocess

import pytest
import yaml

import check
import crosswise
import generate
from tool import deployment, stacks

TOP = pathlib.Path(__file__).resolve().parents[2]
REGISTRY = json.loads((TOP / "infra/registry.json").read_text())
TEMPLATES = crosswise.load_all(TOP / "infra/templates")
DEFECTS = yaml.safe_load((TOP / "infra/rules/defects.yaml").read_text())


@pytest.mark.parametrize("name", sorted(generate.TEMPLATES))
def test_generated_templates_follow_from_the_registry(name):
    assert generate.render(name, REGISTRY) == (TOP / f"infra/templates/{name}.yaml").read_text()


def test_a_row_that_changes_changes_its_template():
    changed = json.loads(json.dumps(REGISTRY))
    changed["rows"][0]["writes"] = ["U#"]
    changed["rows"][0]["path"] = "/api/v1/myself"
    for name in generate.TEMPLATES:
        assert generate.render(name, changed) != (TOP / f"infra/templates/{name}.yaml").read_text()


@pytest.mark.parametrize("rule", sorted(crosswise.RULES))
def test_rules_pass_on_the_templates_and_fail_on_their_defect(rule):
    assert not list(crosswise.RULES[rule](TEMPLATES))
    assert list(crosswise.RULES[rule](crosswise.damage(TEMPLATES, DEFECTS[rule])))


def test_every_rule_of_guard_has_a_defect_and_every_defect_a_rule():
    assert set(check.guard_rules()) | set(crosswise.RULES) == set(DEFECTS)


@pytest.mark.parametrize("rule", sorted(set(DEFECTS) - set(crosswise.RULES)))
def test_defects_of_guard_are_defects_of_the_real_templates(rule):
    assert crosswise.damage(TEMPLATES, DEFECTS[rule]) != TEMPLATES


def test_every_route_is_there_with_who_may():
    routes = {r["Properties"]["RouteKey"]: r["Properties"]["AuthorizationType"] for r in crosswise.of_type(TEMPLATES["routes"], "AWS::ApiGatewayV2::Route").values()}
    for row in REGISTRY["rows"]:
        if "path" in row:
            assert routes[f"{row['route']} {row['path']}"] == ("NONE" if row["access"] == "open" else "CUSTOM")


def test_only_what_anybody_may_ask_for_is_tight_where_passwords_are_hashed():
    """The rate of a route is one for all clients: a tight one would let any member stop that route for the others."""
    settings = TEMPLATES["routes"]["Resources"]["StageWithProvider"]["Properties"]["RouteSettings"]
    hashing = {row["name"]: (row["access"], settings[f"{row['route']} {row['path']}"]["ThrottlingRateLimit"])
               for row in REGISTRY["rows"] if "path" in row and "password_hasher" in row["ports"]}
    assert hashing["sign_in"] == hashing["unlock_link"] == ("open", 10)
    assert {name: found for name, found in hashing.items() if found != (found[0], 10 if found[0] == "open" else 500)} == {}
    assert {"create_link", "change_link", "change_password"} <= {name for name, (access, _) in hashing.items() if access == "user"}


def test_the_provider_of_satchel_has_no_route_beside_cognito():
    stage = TEMPLATES["routes"]["Resources"]["Stage"]
    assert stage["Condition"] == "Cognito" and not [key for key in stage["Properties"]["RouteSettings"] if " /auth/" in key]
    assert "GET /api/v1/settings" in stage["Properties"]["RouteSettings"]


def test_every_consumer_and_every_turn_of_the_clock_is_started():
    functions = TEMPLATES["functions"]["Resources"]
    turns = {json.loads(s["Properties"]["Target"]["Input"])["schedule"] for s in crosswise.of_type(TEMPLATES["functions"], "AWS::Scheduler::Schedule").values()}
    assert turns == {row["name"] for row in REGISTRY["rows"] if "every_ms" in row} | {"fanout"}
    queues = functions["Fanout"]["Properties"]["Environment"]["Variables"]["SATCHEL_QUEUES"]["Fn::Sub"]
    assert {pair.split("=")[0] for pair in queues.split()} == {row["group"] for row in REGISTRY["rows"] if "event" in row}


def test_alarms_wait_for_lines_that_functions_write():
    """A filter that no function feeds is an alarm that never comes."""
    listened = {}
    for metric in crosswise.of_type(TEMPLATES["observability"], "AWS::Logs::MetricFilter").values():
        event = re.search(r'event = "([^"]+)"', metric["Properties"]["FilterPattern"]).group(1)
        listened.setdefault(event, set()).add(metric["Properties"]["LogGroupName"]["Fn::Sub"].removeprefix("/aws/lambda/${Installation}-"))
    functions = TOP / "src/satchel/functions"
    assert all(f'("{event}"' in "".join(source.read_text() for source in functions.glob("*.cpp")) for event in listened), listened
    by_clock = [(row["group"], functions / f"{row['name']}.cpp") for row in REGISTRY["rows"] if "every_ms" in row]
    sweeps = {group for group, source in by_clock if source.exists() and "sweep_due(" in source.read_text()}
    assert listened["sweep.behind"] == sweeps


def test_scopes_are_those_of_the_registry():
    scopes = {s["ScopeName"] for s in TEMPLATES["identity"]["Resources"]["Scopes"]["Properties"]["Scopes"]}
    assert scopes == {row["scope"] for row in REGISTRY["rows"] if row["scope"]}


def resolved(value, names):
    if isinstance(value, dict) and "Fn::FindInMap" in value:
        place = TEMPLATES["edge"]["Mappings"]
        for step in value["Fn::FindInMap"]:
            place = place[step]
        return place
    if isinstance(value, dict) and "Fn::Sub" in value:
        text = value["Fn::Sub"]
        return re.sub(r"\$\{(\w+)\}", lambda found: names[found.group(1)], text[0] if isinstance(text, list) else text)
    return value


@pytest.mark.parametrize("name, kind", [("PageHeaders", "page"), ("LinkPageHeaders", "page"), ("DataHeaders", "data"), ("ContentHeaders", "mount")])
def test_headers_are_those_of_the_gateway(name, kind):
    """registry.json has what src/satchel/gateway/security_headers.cpp sends for these origins."""
    names = {"ContentOrigin": "https://content.invalid", "BucketDomain": "objects.invalid", "IssuerOrigin": "https://issuer.invalid", "SignInOrigin": "https://sign-in.invalid"}
    config = TEMPLATES["edge"]["Resources"][name]["Properties"]["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    sent = {"content-security-policy": resolved(security["ContentSecurityPolicy"]["ContentSecurityPolicy"], names), "x-content-type-options": "nosniff",
            "referrer-policy": security["ReferrerPolicy"]["ReferrerPolicy"], "strict-transport-security": f"max-age={security['StrictTransportSecurity']['AccessControlMaxAgeSec']}"}
    sent.update({item["Header"]: resolved(item["Value"], names) for item in config["CustomHeadersConfig"]["Items"]})
    assert sent.pop("x-robots-tag", None) == ("noindex" if name == "LinkPageHeaders" else None)
    assert sent == REGISTRY["headers"][kind]


def answers(*addresses):
    node = subprocess.run([TOP / "tools/node_path.sh"], capture_output=True, text=True, check=True).stdout.strip()
    code = TEMPLATES["edge"]["Resources"]["Addresses"]["Properties"]["FunctionCode"]
    program = code + "\nconsole.log(JSON.stringify(" + json.dumps(addresses) + ".map(uri => { const r = handler({request: {uri}}); return r.statusCode || r.uri; })))"
    return json.loads(subprocess.run([pathlib.Path(node) / "node", "-e", program], capture_output=True, text=True, check=True).stdout)


def test_addresses_lead_to_the_entry_pages():
    assert answers("/", "/files", "/files/abc", "/signin", "/s/token") == ["/index.html"] * 4 + ["/link.html"]
    assert answers("/assets/a-1.js", "/favicon.svg", "/config.json") == ["/assets/a-1.js", "/favicon.svg", "/config.json"]
    # Each page has one address, kept releases none, and what there is not is told so.
    assert answers("/index.html", "/link.html", "/.pages/1/index.html", "/nothing", "/s/", "/s/a/b") == [404] * 6


def test_addresses_are_those_of_the_program():
    source = (TOP / "apps/satchel/installation.cpp").read_text()
    pages = re.findall(r'"(\w+)"', re.search(r"kPages\{([^}]*)\}", source).group(1))
    code = TEMPLATES["edge"]["Resources"]["Addresses"]["Properties"]["FunctionCode"]
    assert re.findall(r"'(\w+)'", re.search(r"PAGES = \[([^\]]*)\]", code).group(1)) == pages


def firewall_rule(name):
    return next(rule["Statement"] for rule in TEMPLATES["edge-cert"]["Resources"]["Firewall"]["Properties"]["Rules"] if rule["Name"] == name)


@pytest.mark.parametrize("rule, ordinary", [
    ("SizeRestrictions_BODY", "a batch of 2 MB"), ("CrossSiteScripting_BODY", "a page that is put in one line"), ("GenericLFI_BODY", "a text that names paths"),
    ("GenericRFI_BODY", "a text that names addresses"), ("NoUserAgent_HEADER", "a small program"), ("RestrictedExtensions_URIPATH", "curl -T app.log"),
    ("RestrictedExtensions_QUERYARGUMENTS", "a search for settings.ini"), ("SizeRestrictions_QUERYSTRING", "the way back from sign-in"),
    ("GenericRFI_QUERYARGUMENTS", "redirect_uri=http://127.0.0.1:4711/callback"),
])
def test_the_firewall_counts_what_would_refuse_ordinary_use(rule, ordinary):
    group = firewall_rule("common")["ManagedRuleGroupStatement"]
    assert {"Name": rule, "ActionToUse": {"Count": {}}} in group["RuleActionOverrides"], ordinary


def test_a_token_has_one_rate_however_it_is_written():
    """The API takes "Bearer" in any case, with any number of spaces."""
    header = firewall_rule("principals")["RateBasedStatement"]["CustomKeys"][0]["Header"]
    assert header["Name"] == "authorization"
    assert [step["Type"] for step in sorted(header["TextTransformations"], key=lambda step: step["Priority"])] == ["COMPRESS_WHITE_SPACE", "LOWERCASE"]


def test_no_output_is_mistaken_for_a_setting():
    for kind in stacks.ORDER:
        assert not set(TEMPLATES[kind].get("Outputs", {})) & set(deployment.SETTINGS), kind


def test_every_parameter_is_said_by_somebody():
    """A setting, an output of another stack, or what the program computes."""
    known = set(deployment.SETTINGS) | {"Installation", "SignInPrefix", "PublicUrl", "Issuer", "IssuerOrigin", "SignInOrigin", "Audience", "DownloadPublicKey", "CodeBucket",
                                        "CodeKey", "CodeSha256", "Architecture", "Release", "ClientCertificate", "TrustStore"}
    known |= {name for kind in stacks.ORDER for name in TEMPLATES[kind].get("Outputs", {})}
    for kind in stacks.ORDER:
        wanted = {name for name, about in TEMPLATES[kind].get("Parameters", {}).items() if "Default" not in about}
        assert wanted <= known, f"{kind}: {wanted - known}"
