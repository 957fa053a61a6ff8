#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes what follows from the registry: infra/registry.json and the generated half of two templates.

  infra/generate.py --registry build/dev/tests/infra/satchel_registry     read the program's rows, write all
  infra/generate.py                                                        from infra/registry.json, write the templates
  infra/generate.py --check [--registry PROGRAM]                           change nothing; status 1 where a file is not what follows

A template is its fixed head (heads/NAME.yaml, written by hand, read by people) and the resources made here. A change of a row
that is not followed by this program fails a test.
"""
import argparse
import json
import math
import pathlib
import re
import subprocess
import sys

import policy
from cfn import GetAtt, If, NO_VALUE, Ref, Sub, dump

HERE = pathlib.Path(__file__).resolve().parent
REGISTRY = HERE / "registry.json"

# What runs beside the groups: no rows, but handlers of the same zip.
AUTHORIZER = {"ports": ["table_reader", "vault"],
              # Marks of tokens, and all that makes a person of an outside issuer who comes for the first time.
              "writes": ["EM#", "IDP#", "KEY", "N#", "OB#", "S#", "SE#", "TK#", "U#"]}
# The user pool's trigger: whether somebody may sign up.
SIGN_UPS = {"ports": ["table_reader"], "writes": []}


def is_built_in(row):
    """Whether it belongs to Satchel's own provider, and has no place beside Cognito."""
    return row.get("path", "").startswith("/auth/") or row["name"] == "tend_signing_keys"


def condition_of(row):
    return "BuiltIn" if is_built_in(row) else None


BATCH = 5
HASHING_MB, USUAL_MB = 1024, 256
# What a queue may have done at once, and what the functions that strangers reach may take of the account's concurrency.
QUEUE_CONCURRENCY = {"ingest": 20, "removal": 5}
RESERVED = {"public": 100, "ingest": 25, "removal": 10, "links": 50, "entries": 100, "identity": 50}
# Requests a second and burst of a route, over all clients; the WAF limits each client. What hashes passwords is dear, and tight where anybody may come; where people are
# signed in, one of them would stop it for all.
RATES = {"open hashing": (10, 20), "open": (200, 400), "user": (500, 1000), "admin": (20, 40)}
LONGEST_INTEGRATION_MS = 30_000


def camel(name):
    return "".join(part.capitalize() for part in re.split(r"[-_]", name))


class Group:
    def __init__(self, name, rows):
        self.name, self.rows, self.handler = name, rows, camel(name)
        self.ports, self.families = policy.capabilities(rows)
        self.routes = [row for row in rows if "path" in row]
        self.events = [row for row in rows if "event" in row]
        self.schedules = [row for row in rows if "every_ms" in row]

    @property
    def memory(self):
        return HASHING_MB if "password_hasher" in self.ports else USUAL_MB

    @property
    def timeout(self):
        """Seconds: its slowest row, or a whole batch of its slowest event, and a little to answer in."""
        slowest = max(row["timeout_ms"] for row in self.rows)
        batch = BATCH * max([row["timeout_ms"] for row in self.events], default=0)
        return math.ceil(max(slowest, batch) / 1000) + 5

    @property
    def slow_ms(self):
        """80 % of what its requests, or all it does, may take."""
        return int(0.8 * max([row["timeout_ms"] for row in self.routes], default=self.timeout * 1000))


def groups_of(registry):
    names = list(dict.fromkeys(row["group"] for row in registry["rows"]))
    return [Group(name, [row for row in registry["rows"] if row["group"] == name]) for name in names]


def resource(kind, properties, condition=None, **attributes):
    made = {"Type": kind}
    if condition:
        made["Condition"] = condition
    return {**made, **attributes, "Properties": properties}


def function_name(handler):
    return Sub("${Installation}-" + handler)


def environment(ports, more=()):
    variables = {
        "SATCHEL_TABLE": Sub("dynamodb://${Table}?region=${AWS::Region}"),
        "SATCHEL_OBJECTS": Sub("s3://${Bucket}?region=${AWS::Region}"),
        "SATCHEL_PUBLIC_URL": Ref("PublicUrl"),
        "SATCHEL_ISSUER": Ref("Issuer"),
        "SATCHEL_AUDIENCE": Ref("Audience"),
        # Its name is no secret; only whose rows hold the vault may ask for the value.
        "SATCHEL_MASTER_KEY_SECRET": Ref("MasterKeySecret"),
        # CloudFront writes X-Forwarded-For in front of API Gateway.
        "SATCHEL_PROXIES": "1",
    }
    if "mailer" in ports:
        variables["SATCHEL_MAIL_FROM"] = Ref("MailFrom")
    if "download_signer" in ports:
        variables["SATCHEL_CONTENT_URL"] = If(["Signed", Ref("ContentUrl"), ""])
        variables["SATCHEL_DOWNLOAD_KEY_ID"] = Ref("DownloadKeyId")
        variables["SATCHEL_DOWNLOAD_KEY_SECRET"] = Ref("DownloadKeySecret")
    return {"Variables": {**variables, **dict(more)}}


def alarm(text, metrics, threshold, dimensions=None, condition=None, **more):
    """`metrics`: a metric's (namespace, name, statistic), or the queries of an expression."""
    properties = {"AlarmDescription": text, "AlarmActions": [Ref("AlarmTopic")], "ComparisonOperator": "GreaterThanThreshold",
                  "EvaluationPeriods": 1, "TreatMissingData": "notBreaching", "Threshold": threshold}
    if isinstance(metrics, tuple):
        namespace, name, statistic = metrics
        key = "ExtendedStatistic" if statistic.startswith("p") else "Statistic"
        properties.update({"Namespace": namespace, "MetricName": name, key: statistic, "Period": 60, "Dimensions": dimensions})
    else:
        properties["Metrics"] = metrics
    return resource("AWS::CloudWatch::Alarm", {**properties, **more}, condition)


def alias_dimensions(name):
    return [{"Name": "FunctionName", "Value": function_name(name)}, {"Name": "Resource", "Value": Sub("${Installation}-" + name + ":live")}]


def error_rate(name):
    def sum_of(metric, key):
        return {"Id": key, "ReturnData": False, "MetricStat": {
            "Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": alias_dimensions(name)}, "Period": 60, "Stat": "Sum"}}
    return [{"Id": "rate", "Expression": "IF(calls > 0, 100 * errors / calls, 0)", "ReturnData": True}, sum_of("Errors", "errors"), sum_of("Invocations", "calls")]


def function(name, timeout, memory, policies, variables, condition=None, reserved=None, slow_ms=None):
    """A function with all that belongs to it: log, role, version, alias, canary, alarms."""
    handler = camel(name)
    properties = {
        "FunctionName": function_name(name), "Runtime": "provided.al2023", "Handler": name, "Architectures": [Ref("Architecture")],
        "Code": {"S3Bucket": Ref("CodeBucket"), "S3Key": Ref("CodeKey")}, "Role": GetAtt(f"{handler}Role.Arn"),
        "Timeout": timeout, "MemorySize": memory, "TracingConfig": {"Mode": "Active"}, "LoggingConfig": {"LogGroup": Ref(f"{handler}Log")},
        "Environment": variables}
    if reserved:
        # An account with a small quota may reserve nothing.
        properties["ReservedConcurrentExecutions"] = If(["Reserve", reserved, NO_VALUE])
    slow = slow_ms or int(timeout * 800)
    return {
        f"{handler}Log": resource("AWS::Logs::LogGroup", {"LogGroupName": Sub("/aws/lambda/${Installation}-" + name), "RetentionInDays": Ref("LogDays")},
                                  condition),
        f"{handler}Role": resource("AWS::IAM::Role", {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
            "PermissionsBoundary": If(["Bounded", Ref("Boundary"), NO_VALUE]),
            "Policies": policies}, condition),
        handler: resource("AWS::Lambda::Function", properties, condition),
        # Hash and release are create-only: each change publishes a version, and the one before stays to go back to.
        f"{handler}Version": resource("AWS::Lambda::Version", {"FunctionName": Ref(handler), "CodeSha256": Ref("CodeSha256"), "Description": Ref("Release")},
                                      condition, DeletionPolicy="Retain", UpdateReplacePolicy="Retain"),
        f"{handler}Alias": resource("AWS::Lambda::Alias", {"Name": "live", "FunctionName": Ref(handler), "FunctionVersion": GetAtt(f"{handler}Version.Version")},
                                    condition, UpdatePolicy={"CodeDeployLambdaAliasUpdate": {
                                        "ApplicationName": Ref("Releases"), "DeploymentGroupName": Ref(f"{handler}Release")}}),
        f"{handler}Release": resource("AWS::CodeDeploy::DeploymentGroup", {
            "ApplicationName": Ref("Releases"), "ServiceRoleArn": GetAtt("ReleaseRole.Arn"), "DeploymentConfigName": Ref("Shift"),
            "DeploymentStyle": {"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"},
            "AlarmConfiguration": {"Enabled": True, "Alarms": [{"Name": Ref(f"{handler}Errors")}, {"Name": Ref(f"{handler}Slow")}]},
            "AutoRollbackConfiguration": {"Enabled": True, "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]}},
            condition),
        f"{handler}Errors": alarm(f"More than 1 % of the calls of {name} fail.", error_rate(name), 1, condition=condition),
        f"{handler}Throttled": alarm(f"Calls of {name} are turned away.", ("AWS/Lambda", "Throttles", "Sum"), 0, alias_dimensions(name), condition),
        f"{handler}Slow": alarm(f"One call of {name} in a hundred takes 80 % of its time.", ("AWS/Lambda", "Duration", "p99"), slow,
                                alias_dimensions(name), condition, EvaluationPeriods=3),
    }


def queue(group):
    """Events of a group: its queue, what was given up, the mapping, two alarms."""
    handler = group.handler
    name = [{"Name": "QueueName", "Value": GetAtt(f"{handler}Queue.QueueName")}]
    dead = [{"Name": "QueueName", "Value": GetAtt(f"{handler}Dead.QueueName")}]
    return {
        f"{handler}Dead": resource("AWS::SQS::Queue", {"QueueName": Sub("${Installation}-" + group.name + "-dead"), "SqsManagedSseEnabled": True,
                                                       "MessageRetentionPeriod": 1209600}),
        f"{handler}Queue": resource("AWS::SQS::Queue", {
            "QueueName": Sub("${Installation}-" + group.name), "SqsManagedSseEnabled": True, "MessageRetentionPeriod": 345600,
            # While one try runs, nobody else sees the message.
            "VisibilityTimeout": 6 * group.timeout, "RedrivePolicy": {"deadLetterTargetArn": GetAtt(f"{handler}Dead.Arn"), "maxReceiveCount": 6}}),
        f"{handler}Consumer": resource("AWS::Lambda::EventSourceMapping", {
            "EventSourceArn": GetAtt(f"{handler}Queue.Arn"), "FunctionName": Ref(f"{handler}Alias"), "BatchSize": BATCH,
            "FunctionResponseTypes": ["ReportBatchItemFailures"], "ScalingConfig": {"MaximumConcurrency": QUEUE_CONCURRENCY.get(group.name, 10)}}),
        f"{handler}DeadAlarm": alarm(f"Events of {group.name} were given up. docs/aws/runbook.md says how to redrive them.",
                                     ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum"), 0, dead),
        f"{handler}LateAlarm": alarm(f"Events of {group.name} wait for more than ten minutes.",
                                     ("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum"), 600, name),
    }


def consume(group):
    return policy.statement("TakeEvents", ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], [GetAtt(f"{group.handler}Queue.Arn")])


def give_up(group):
    return policy.statement("GiveUp", ["sqs:SendMessage"], [GetAtt("SchedulesDead.Arn")])


def period(milliseconds):
    minutes = milliseconds // 60_000
    if minutes % 60:
        return f"rate({minutes} minute{'s' if minutes > 1 else ''})"
    return f"rate({minutes // 60} hour{'s' if minutes > 60 else ''})"


def schedule(handler, name, every_ms, condition=None):
    return resource("AWS::Scheduler::Schedule", {
        "Description": f"Starts {name}.", "ScheduleExpression": period(every_ms), "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": Ref(f"{handler}Alias"), "RoleArn": GetAtt("SchedulerRole.Arn"), "Input": json.dumps({"schedule": name}),
                   "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600},
                   "DeadLetterConfig": {"Arn": GetAtt("SchedulesDead.Arn")}}}, condition)


def retries(handler):
    return resource("AWS::Lambda::EventInvokeConfig", {
        "FunctionName": Ref(handler), "Qualifier": "live", "MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600,
        "DestinationConfig": {"OnFailure": {"Destination": GetAtt("SchedulesDead.Arn")}}}, DependsOn=[f"{handler}Alias"])


def schedules(group):
    made = {f"{group.handler}Retries": retries(group.handler)}
    for row in group.schedules:
        made[camel(row["name"]) + "Schedule"] = schedule(group.handler, row["name"], row["every_ms"], condition_of(row))
    return made


def group_resources(group):
    more = ([consume(group)] if group.events else []) + ([give_up(group)] if group.schedules else [])
    # CloudFront may keep a link's manifest for so many seconds, where functions find it the same for everybody.
    kept = {"SATCHEL_SHARED_CACHE": "30"} if any("{token}" in row["path"] for row in group.routes) else {}
    kept |= {"SATCHEL_SELF_SIGNUP": Ref("SelfSignUp")} if any(row["name"] == "get_settings" for row in group.rows) else {}
    made = function(group.name, group.timeout, group.memory, policy.policies(group.handler, group.ports, group.families, more),
                    environment(group.ports, kept), reserved=RESERVED.get(group.name), slow_ms=group.slow_ms)
    if group.events:
        made.update(queue(group))
    if group.schedules:
        made.update(schedules(group))
    return made


def authorizer():
    policies = policy.policies("Authorizer", AUTHORIZER["ports"], AUTHORIZER["writes"])
    return function("authorizer", 10, USUAL_MB, policies, environment(AUTHORIZER["ports"], {"SATCHEL_ADMINS": If(["Cognito", "cognito:groups=administrators", ""]), "SATCHEL_SELF_SIGNUP": Ref("SelfSignUp")}), slow_ms=2000)


def fanout(groups):
    consumers = [group for group in groups if group.events]
    # The stream's API of listing knows no resource.
    means = [
        policy.statement("ReadStream", ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"], [Ref("TableStream")]),
        policy.statement("ListStreams", ["dynamodb:ListStreams"], "*"),
        policy.statement("HandOn", ["sqs:SendMessage"], [GetAtt(f"{group.handler}Queue.Arn") for group in consumers]),
        policy.statement("GiveUp", ["sqs:SendMessage"], [GetAtt("FanoutDead.Arn"), GetAtt("SchedulesDead.Arn")]),
    ]
    queues = " ".join(f"{group.name}=https://sqs.${{AWS::Region}}.${{AWS::URLSuffix}}/${{AWS::AccountId}}/${{Installation}}-{group.name}" for group in consumers)
    # What was handed on is taken out of the outbox; what the stream has lost is looked for there.
    made = function("fanout", 60, USUAL_MB, policy.policies("Fanout", ["table_reader"], ["OB#"], means), environment([], {"SATCHEL_QUEUES": Sub(queues)}))
    made["FanoutRetries"] = retries("Fanout")
    made["FanoutSchedule"] = schedule("Fanout", "fanout", 15 * 60_000)
    return made


def sign_ups():
    made = function("cognito", 5, USUAL_MB, policy.policies("Cognito", SIGN_UPS["ports"], SIGN_UPS["writes"]), environment([], {"SATCHEL_SELF_SIGNUP": Ref("SelfSignUp")}), "Cognito")
    made["CognitoMay"] = resource("AWS::Lambda::Permission", {
        "Action": "lambda:InvokeFunction", "FunctionName": Ref("CognitoAlias"), "Principal": "cognito-idp.amazonaws.com", "SourceAccount": Ref("AWS::AccountId"),
        "SourceArn": Sub("arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/${UserPool}")}, "Cognito")
    return made


def functions_template(registry):
    groups = groups_of(registry)
    made = {}
    for group in groups:
        made.update(group_resources(group))
    made.update(authorizer())
    made.update(fanout(groups))
    made.update(sign_ups())
    return made


def rate_of(row):
    hashes = row["access"] == "open" and "password_hasher" in row["ports"]
    return RATES["open hashing" if hashes else row["access"]]


def route_keys(row):
    """HEAD is a request of its own to API Gateway; where a GET is answered by a signed URL, programs ask by HEAD first."""
    yield f"{row['route']} {row['path']}"
    if row["route"] == "GET" and "download_signer" in row["ports"]:
        yield f"HEAD {row['path']}"


def route(group, row, key):
    properties = {"ApiId": Ref("Api"), "RouteKey": key, "Target": Sub("integrations/${" + group.handler + "Integration}")}
    who = {"AuthorizationType": "NONE"} if row["access"] == "open" else {"AuthorizationType": "CUSTOM", "AuthorizerId": Ref("Authorizer")}
    return resource("AWS::ApiGatewayV2::Route", {**properties, **who}, condition_of(row))


def stage(condition, settings, routes):
    return resource("AWS::ApiGatewayV2::Stage", {
        "ApiId": Ref("Api"), "StageName": "$default", "AutoDeploy": True,
        "AccessLogSettings": {"DestinationArn": GetAtt("AccessLog.Arn"), "Format": ACCESS_LOG},
        "DefaultRouteSettings": {"ThrottlingRateLimit": 100, "ThrottlingBurstLimit": 200, "DetailedMetricsEnabled": True},
        "RouteSettings": settings}, condition, DependsOn=routes)


def routes_template(registry):
    made, settings, conditions = {}, {}, {}
    for group in groups_of(registry):
        if not group.routes:
            continue
        target = Sub("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Installation}-" + group.name + ":live")
        made[f"{group.handler}Integration"] = resource("AWS::ApiGatewayV2::Integration", {
            "ApiId": Ref("Api"), "IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0", "IntegrationUri": target,
            "TimeoutInMillis": min(LONGEST_INTEGRATION_MS, max(row["timeout_ms"] for row in group.routes))})
        made[f"{group.handler}Permission"] = resource("AWS::Lambda::Permission", {
            "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "SourceAccount": Ref("AWS::AccountId"), "FunctionName": target,
            "SourceArn": Sub("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*")})
        for row in group.routes:
            for key in route_keys(row):
                name = camel(row["name"]) + ("Head" if key.startswith("HEAD ") else "") + "Route"
                made[name] = route(group, row, key)
                rate, burst = rate_of(row)
                settings[key] = {"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}
                conditions[key] = (name, condition_of(row))
    # Two stages, of which one is there: a stage refuses settings of routes that are not there, and routes of Satchel's own provider may not be.
    beside = [key for key, (_, condition) in conditions.items() if not condition]
    made["Stage"] = stage("Cognito", {key: settings[key] for key in beside}, [conditions[key][0] for key in beside])
    made["StageWithProvider"] = stage("BuiltIn", settings, [name for name, _ in conditions.values()])
    return made


# The route's template, never the address itself: addresses of links are secrets.
ACCESS_LOG = json.dumps({name: "$context." + value for name, value in {
    "time": "requestTimeEpoch", "request_id": "requestId", "route": "routeKey", "status": "status", "bytes": "responseLength", "ms": "responseLatency",
    "function_ms": "integrationLatency", "function_status": "integrationStatus", "error": "error.responseType", "authorizer_error": "authorizer.error",
    "client": "identity.sourceIp", "user": "authorizer.user"}.items()})

TEMPLATES = {"functions": functions_template, "routes": routes_template}
MARK = "  # ---- made by infra/generate.py from infra/registry.json: change a row or that program, not these lines ----\n"


def render(name, registry):
    head = (HERE / "heads" / f"{name}.yaml").read_text()
    return head + MARK + dump(TEMPLATES[name](registry), 2)


def registry_text(registry):
    """One row a line, so that a difference reads well."""
    rows = ",\n".join("  " + json.dumps(row) for row in registry["rows"])
    rest = json.dumps({key: value for key, value in registry.items() if key != "rows"}, indent=1)[1:]
    return '{\n"rows": [\n' + rows + "\n]," + rest + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--registry", metavar="PROGRAM", help="the program that prints the registry (target satchel_registry)")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    chosen = parser.parse_args()
    if chosen.registry:
        registry = json.loads(subprocess.run([chosen.registry], capture_output=True, text=True, check=True).stdout)
    else:
        registry = json.loads(REGISTRY.read_text())
    made = {REGISTRY: registry_text(registry)}
    for name in TEMPLATES:
        made[HERE / "templates" / f"{name}.yaml"] = render(name, registry)
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        if chosen.check:
            print(f"{path.relative_to(HERE.parent)} is not what follows from the registry. Run infra/generate.py --registry PROGRAM and look at the difference.")
        else:
            path.write_text(made[path])
            print("wrote", path.relative_to(HERE.parent))
    return 1 if stale and chosen.check else 0


if __name__ == "__main__":
    sys.exit(main())
