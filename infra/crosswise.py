# SPDX-License-Identifier: Apache-2.0
"""The part of the checklist that Guard cannot express: sums, comparisons of resources and templates with each other. One function a rule;
it is given all templates by name and yields what is wrong."""
import json
import re

from cfn import load

MOST_RESOURCES = 200
MADE_BY_ADMINISTRATORS = ("bootstrap", "pipeline-backend", "pipeline-frontend")
DEPLOYERS = "/deployers/"
STATEFUL_NAMES = {"AWS::S3::Bucket": "BucketName", "AWS::DynamoDB::Table": "TableName", "AWS::SecretsManager::Secret": "Name"}
CACHES_NOTHING = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# Errors that CloudFront may keep on its own account, all that CustomErrorResponses takes.
KEPT_ERRORS = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def of_type(template, kind):
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def target(value):
    """The logical name that a Ref or GetAtt names."""
    if isinstance(value, dict):
        return value.get("Ref") or (value.get("Fn::GetAtt") or [None])[0]
    return None


def F1_one_role_per_function(templates):
    roles = [target(f["Properties"]["Role"]) for f in of_type(templates["functions"], "AWS::Lambda::Function").values()]
    yield from {f"functions: {role} is the role of several functions" for role in roles if roles.count(role) > 1}


def F1_roles_are_bounded(templates):
    for name, template in templates.items():
        # The roles that deploy are made by an administrator; all that they make are bounded.
        for role, resource in of_type(template, "AWS::IAM::Role").items() if name not in MADE_BY_ADMINISTRATORS else []:
            if "PermissionsBoundary" not in resource["Properties"]:
                yield f"{name}: {role} has no boundary"


def F2_reserved_where_strangers_come(templates):
    functions = of_type(templates["functions"], "AWS::Lambda::Function")
    consumers = {target(m["Properties"]["FunctionName"]).removesuffix("Alias") for m in of_type(templates["functions"], "AWS::Lambda::EventSourceMapping").values()
                 if "StartingPosition" not in m["Properties"]}
    for name in sorted(consumers | {"Public"}):
        if "ReservedConcurrentExecutions" not in functions[name]["Properties"]:
            yield f"functions: {name} may take all of the account's concurrency"


def F3_alarms_cover_each_release(templates):
    for name, group in of_type(templates["functions"], "AWS::CodeDeploy::DeploymentGroup").items():
        handler = name.removesuffix("Release")
        alarms = {target(alarm["Name"]) for alarm in group["Properties"]["AlarmConfiguration"]["Alarms"]}
        if f"{handler}Errors" not in alarms:
            yield f"functions: {name} does not go back by the errors of {handler}"


def F4_queue_hides_long_enough(templates):
    resources = templates["functions"]["Resources"]
    for mapping in of_type(templates["functions"], "AWS::Lambda::EventSourceMapping").values():
        queue = resources.get(target(mapping["Properties"]["EventSourceArn"]))
        if not queue:
            continue
        timeout = resources[target(mapping["Properties"]["FunctionName"]).removesuffix("Alias")]["Properties"]["Timeout"]
        if queue["Properties"]["VisibilityTimeout"] < 6 * timeout:
            yield f"functions: {target(mapping['Properties']['EventSourceArn'])} shows a message again after {queue['Properties']['VisibilityTimeout']} s of 6 × {timeout}"


def F4_async_has_an_end(templates):
    template = templates["functions"]
    limited = {target(c["Properties"]["FunctionName"]) for c in of_type(template, "AWS::Lambda::EventInvokeConfig").values() if "OnFailure" in c["Properties"].get("DestinationConfig", {})}
    for name, schedule in of_type(template, "AWS::Scheduler::Schedule").items():
        if target(schedule["Properties"]["Target"]["Arn"]).removesuffix("Alias") not in limited:
            yield f"functions: what {name} starts has no place to fail to"


def E1_origin_locked(templates):
    for name in of_type(templates["api"], "AWS::ApiGatewayV2::DomainName").items():
        if "MutualTlsAuthentication" not in name[1]["Properties"]:
            yield f"api: anybody may speak to {name[0]}"
    origins = [o for d in of_type(templates["edge"], "AWS::CloudFront::Distribution").values() for o in d["Properties"]["DistributionConfig"]["Origins"]]
    if not all("OriginMtlsConfig" in o["CustomOriginConfig"] for o in origins if "CustomOriginConfig" in o):
        yield "edge: CloudFront shows the API no certificate"


def E2_content_is_contained(templates):
    policy = templates["edge"]["Resources"]["ContentHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    if not str(policy["ContentSecurityPolicy"]).startswith("sandbox;") or not policy["Override"]:
        yield "edge: people's files are not in a sandbox"


def E2_files_are_signed(templates):
    for name, distribution in of_type(templates["edge"], "AWS::CloudFront::Distribution").items():
        config = distribution["Properties"]["DistributionConfig"]
        files = {o["Id"] for o in config["Origins"] if o["DomainName"] == {"Ref": "BucketDomain"}}
        for behaviour in [config["DefaultCacheBehavior"], *config.get("CacheBehaviors", [])]:
            if behaviour["TargetOriginId"] in files and not behaviour.get("TrustedKeyGroups"):
                yield f"edge: {name} gives files to whoever asks"


def E3_routes_throttled(templates):
    for stage in of_type(templates["routes"], "AWS::ApiGatewayV2::Stage").values():
        for name in stage["DependsOn"]:
            key = templates["routes"]["Resources"][name]["Properties"]["RouteKey"]
            if key not in stage["Properties"]["RouteSettings"]:
                yield f"routes: {key} has no limit"


def E4_tokens_go_uncached(templates):
    config = templates["edge"]["Resources"]["App"]["Properties"]["DistributionConfig"]
    for behaviour in config["CacheBehaviors"]:
        if behaviour["PathPattern"] in ("/api/*", "/auth/*") and (behaviour["CachePolicyId"] != CACHES_NOTHING or behaviour["OriginRequestPolicyId"] != ALL_BUT_HOST):
            yield f"edge: {behaviour['PathPattern']} takes tokens and keeps answers"


def E4_errors_are_not_kept(templates):
    """An error is kept for ten seconds by default, whatever the answer says, and its key has no token: one person's would be another's."""
    for name, distribution in of_type(templates["edge"], "AWS::CloudFront::Distribution").items():
        answers = distribution["Properties"]["DistributionConfig"].get("CustomErrorResponses", [])
        passed_on = {answer["ErrorCode"] for answer in answers if answer["ErrorCachingMinTTL"] == 0 and "ResponsePagePath" not in answer}
        if passed_on != KEPT_ERRORS:
            yield f"edge: {name} keeps or replaces errors: {sorted(KEPT_ERRORS - passed_on)}"


def I1_branding_per_client(templates):
    template = templates["identity"]
    branded = {target(b["Properties"]["ClientId"]) for b in of_type(template, "AWS::Cognito::ManagedLoginBranding").values()}
    for client in of_type(template, "AWS::Cognito::UserPoolClient"):
        if client not in branded:
            yield f"identity: the sign-in page of {client} does not render without a branding"


def I1_triggers_pinned(templates):
    for name, permission in of_type(templates["functions"], "AWS::Lambda::Permission").items():
        if not {"SourceArn", "SourceAccount"} <= set(permission["Properties"]):
            yield f"functions: {name} lets other pools start the trigger"


def O1_dead_letters_told(templates):
    template = templates["functions"]
    watched = {target(d["Value"]) for alarm in of_type(template, "AWS::CloudWatch::Alarm").values() for d in alarm["Properties"].get("Dimensions", []) if d["Name"] == "QueueName"}
    for name, queue in of_type(template, "AWS::SQS::Queue").items():
        if name not in watched:
            yield f"functions: nobody is told of what lies in {name}"


def O1_functions_watched(templates):
    for name in of_type(templates["functions"], "AWS::Lambda::Function"):
        for alarm in ("Errors", "Throttled", "Slow"):
            if name + alarm not in templates["functions"]["Resources"]:
                yield f"functions: {name} has no alarm {alarm}"


def statements_of(role):
    return [statement for policy in role["Properties"].get("Policies", []) for statement in policy["PolicyDocument"]["Statement"]]


def texts(value):
    """One text or several, of expressions the pattern."""
    return [one["Fn::Sub"] if isinstance(one, dict) and "Fn::Sub" in one else one for one in (value if isinstance(value, list) else [value])]


def O4_policies_for_bounded_roles_alone(templates):
    bounds = {"iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:*", "*"}
    for statement in statements_of(templates["bootstrap"]["Resources"]["DeployRole"]):
        unbounded = statement.get("Condition", {}).get("StringEquals", {}).get("iam:PermissionsBoundary") != {"Ref": "Boundary"}
        if statement["Effect"] == "Allow" and unbounded:
            yield from (f"bootstrap: a deployment may {action} without a boundary" for action in texts(statement["Action"]) if action in bounds)
    if any(action.startswith("iam:DeleteRolePermissionsBoundary") for s in statements_of(templates["bootstrap"]["Resources"]["DeployRole"]) for action in texts(s["Action"])):
        yield "bootstrap: a deployment may take boundaries away"


def O4_who_deploys_stands_apart(templates):
    for name in MADE_BY_ADMINISTRATORS:
        for role, resource in of_type(templates[name], "AWS::IAM::Role").items():
            if resource["Properties"].get("Path") != DEPLOYERS:
                yield f"{name}: {role} is among the roles that a deployment makes"


def O4_who_deploys_is_out_of_reach(templates):
    denied = [resource for statement in statements_of(templates["bootstrap"]["Resources"]["DeployRole"])
              if statement["Effect"] == "Deny" and "Condition" not in statement and "iam:*" in texts(statement["Action"]) for resource in texts(statement["Resource"])]
    for path in (DEPLOYERS + "*", "/${Installation}-bootstrap-*", "/${Installation}-pipeline-*"):
        if not any(resource.endswith(":role" + path) for resource in denied):
            yield f"bootstrap: a deployment may change roles {path}"


def O5_few_resources(templates):
    for name, template in templates.items():
        if len(template["Resources"]) >= MOST_RESOURCES:
            yield f"{name}: {len(template['Resources'])} resources"


def O5_no_fixed_names(templates):
    for name, template in templates.items():
        for resource, body in template["Resources"].items():
            if STATEFUL_NAMES.get(body["Type"]) in body.get("Properties", {}):
                yield f"{name}: {resource} has a name of its own and cannot stand beside another"


def O5_no_exports(templates):
    for name, template in templates.items():
        for output, body in template.get("Outputs", {}).items():
            if "Export" in body:
                yield f"{name}: {output} is exported, so that its stack can no longer change alone"


def O5_one_bucket_policy(templates):
    """S3 keeps one policy a bucket: a second one would silently take the place of the first."""
    seen = {}
    same = {"Files": "Bucket", "Assets": "AssetsBucket"}
    for name, template in templates.items():
        for resource, body in of_type(template, "AWS::S3::BucketPolicy").items():
            bucket = target(body["Properties"]["Bucket"])
            bucket = same.get(bucket, bucket)
            if bucket in seen:
                yield f"{name}: {resource} would replace {seen[bucket]}"
            seen[bucket] = f"{name}: {resource}"


RULES = {name: rule for name, rule in globals().items() if re.match(r"[A-Z]\d_", name)}


def load_all(folder):
    return {path.stem: load(path) for path in sorted(folder.glob("*.yaml"))}


def damage(templates, defect):
    """The templates with one defect (rules/defects.yaml)."""
    name, resource, *rest = defect
    templates = json.loads(json.dumps(templates))
    template = templates[name]
    if resource == "*":
        template["Resources"].update({f"More{n}": {"Type": "AWS::SNS::Topic"} for n in range(rest[0])})
        return templates
    path, value = (rest + ["", None])[0], rest[1] if len(rest) > 1 else None
    if resource == "Outputs":
        where, steps = template["Outputs"], path.split(".")
    else:
        where, steps = template["Resources"], [resource, *steps_of(path)]
    for step in steps[:-1]:
        where = where[int(step) if isinstance(where, list) else step]
    last = int(steps[-1]) if isinstance(where, list) else steps[-1]
    if len(rest) > 1:
        where[last] = value
    else:
        del where[last]
    return templates


def steps_of(path):
    """Dots part steps, but for those in a name of GitHub's."""
    path, dot, token = path.partition("token.actions")
    steps = [step for step in path.split(".") if step]
    return steps + (["token.actions" + token] if dot else [])


def check(templates):
    return {name: sorted(rule(templates)) for name, rule in RULES.items()}
