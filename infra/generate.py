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
              # Marks of tokens, and the profile, space and session of a person who comes for the first time.
              "writes": ["EM#", "N#", "OB#", "S#", "SE#", "TK#", "U#"]}
# Deployed instead of Cognito where the parameter says so.
OPTIONAL_GROUPS = {"identity": "BuiltIn"}
BATCH = 5
HASHING_MB, USUAL_MB = 1024, 256
# What a queue may have done at once, and what the functions that strangers reach may take of the account's concurrency.
QUEUE_CONCURRENCY = {"ingest": 20, "removal": 5}
RESERVED = {"public": 100, "ingest": 25, "removal": 10, "links": 50, "entries": 100, "identity": 50}
# Requests a second and burst of a route, over all clients; the WAF limits each client.
RATES = {"hashing": (10, 20), "open": (200, 400), "user": (500, 1000), "admin": (20, 40)}
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
        self.condition = OPTIONAL_GROUPS.get(name)

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
    }
    if "vault" in ports:
        variables["SATCHEL_MASTER_KEY_SECRET"] = Ref("MasterKeySecret")
    if "mailer" in ports:
        variables["SATCHEL_MAIL_FROM"] = Ref("MailFrom")
    if "directory" in ports:
        variables["SATCHEL_USER_POOL"] = Ref("UserPool")
    return {"Variables": {**variables, **dict(more)}}


def alarm(text, condition, metrics, threshold, dimensions=None, **more):
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
                                        "ApplicationName": Ref("Releases"), "DeploymentGroupName": Ref(f"{handler}Release"),
                                        "BeforeAllowTrafficHook": If(["Hook", Ref("TrafficHook"), NO_VALUE])}}),
        f"{handler}Release": resource("AWS::CodeDeploy::DeploymentGroup", {
            "ApplicationName": Ref("Releases"), "ServiceRoleArn": GetAtt("ReleaseRole.Arn"), "DeploymentConfigName": Ref("Shift"),
            "DeploymentStyle": {"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"},
            "AlarmConfiguration": {"Enabled": True, "Alarms": [{"Name": Ref(f"{handler}Errors")}, {"Name": Ref(f"{handler}Slow")}]},
            "AutoRollbackConfiguration": {"Enabled": True, "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]}},
            condition),
        f"{handler}Errors": alarm(f"More than 1 % of the calls of {name} fail.", condition, error_rate(name), 1),
        f"{handler}Throttled": alarm(f"Calls of {name} are turned away.", condition, ("AWS/Lambda", "Throttles", "Sum"), 0, alias_dimensions(name)),
        f"{handler}Slow": alarm(f"One call of {name} in a hundred takes 80 % of its time.", condition, ("AWS/Lambda", "Duration", "p99"), slow,
                                alias_dimensions(name), EvaluationPeriods=3),
    }


def queue_url(group):
    return Sub("https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/${Installation}-" + group.name)


def queue(group):
    """Events of a group: its queue, what was given up, the mapping, two alarms."""
    handler, condition = group.handler, group.condition
    name = [{"Name": "QueueName", "Value": GetAtt(f"{handler}Queue.QueueName")}]
    dead = [{"Name": "QueueName", "Value": GetAtt(f"{handler}Dead.QueueName")}]
    return {
        f"{handler}Dead": resource("AWS::SQS::Queue", {"QueueName": Sub("${Installation}-" + group.name + "-dead"), "SqsManagedSseEnabled": True,
                                                       "MessageRetentionPeriod": 1209600}, condition),
        f"{handler}Queue": resource("AWS::SQS::Queue", {
            "QueueName": Sub("${Installation}-" + group.name), "SqsManagedSseEnabled": True, "MessageRetentionPeriod": 345600,
            # While one try runs, nobody else sees the message.
            "VisibilityTimeout": 6 * group.timeout, "RedrivePolicy": {"deadLetterTargetArn": GetAtt(f"{handler}Dead.Arn"), "maxReceiveCount": 6}}, condition),
        f"{handler}Consumer": resource("AWS::Lambda::EventSourceMapping", {
            "EventSourceArn": GetAtt(f"{handler}Queue.Arn"), "FunctionName": Ref(f"{handler}Alias"), "BatchSize": BATCH,
            "FunctionResponseTypes": ["ReportBatchItemFailures"], "ScalingConfig": {"MaximumConcurrency": QUEUE_CONCURRENCY.get(group.name, 10)}}, condition),
        f"{handler}DeadAlarm": alarm(f"Events of {group.name} were given up. docs/aws/runbook.md says how to redrive them.", condition,
                                     ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum"), 0, dead),
        f"{handler}LateAlarm": alarm(f"Events of {group.name} wait for more than ten minutes.", condition,
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


def schedules(group):
    made = {f"{group.handler}Retries": resource("AWS::Lambda::EventInvokeConfig", {
        "FunctionName": Ref(group.handler), "Qualifier": "live", "MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600,
        "DestinationConfig": {"OnFailure": {"Destination": GetAtt("SchedulesDead.Arn")}}}, group.condition, DependsOn=[f"{group.handler}Alias"])}
    for row in group.schedules:
        made[camel(row["name"]) + "Schedule"] = resource("AWS::Scheduler::Schedule", {
            "Description": f"Starts {row['name']}.", "ScheduleExpression": period(row["every_ms"]), "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {"Arn": Ref(f"{group.handler}Alias"), "RoleArn": GetAtt("SchedulerRole.Arn"), "Input": json.dumps({"schedule": row["name"]}),
                       "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600},
                       "DeadLetterConfig": {"Arn": GetAtt("SchedulesDead.Arn")}}}, group.condition)
    return made


def group_resources(group):
    more = ([consume(group)] if group.events else []) + ([give_up(group)] if group.schedules else [])
    made = function(group.name, group.timeout, group.memory, policy.policies(group.handler, group.ports, group.families, more),
                    environment(group.ports), group.condition, RESERVED.get(group.name), group.slow_ms)
    if group.events:
        made.update(queue(group))
    if group.schedules:
        made.update(schedules(group))
    return made


def authorizer():
    policies = policy.policies("Authorizer", AUTHORIZER["ports"], AUTHORIZER["writes"])
    return function("authorizer", 10, USUAL_MB, policies, environment(AUTHORIZER["ports"]), slow_ms=2000)


def fanout(groups):
    consumers = [group for group in groups if group.events]
    always = [group for group in consumers if not group.condition]
    optional = [group for group in consumers if group.condition]

    def sends(some):
        return policy.statement("Hand" + "".join(group.handler for group in some), ["sqs:SendMessage"], [GetAtt(f"{group.handler}Queue.Arn") for group in some])

    def pairs(some):
        return " ".join(f"{group.name}=https://sqs.${{AWS::Region}}.${{AWS::URLSuffix}}/${{AWS::AccountId}}/${{Installation}}-{group.name}" for group in some)
    stream = policy.statement("ReadStream", ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"], [Ref("TableStream")])
    listing = policy.statement("ListStreams", ["dynamodb:ListStreams"], "*")  # the API knows no resource here
    dead = policy.statement("GiveUp", ["sqs:SendMessage"], [GetAtt("FanoutDead.Arn")])
    delivered = policy.statement("Delivered", ["dynamodb:DeleteItem"], [policy.TABLE],
                                 {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["OB#*"]}, "Null": {"dynamodb:LeadingKeys": "false"}})
    policies = policy.policies("Fanout", [], [], [stream, listing, dead, delivered, sends(always)])
    policies += [If([group.condition, policy.policy("hand-" + group.name, [sends([group])]), NO_VALUE]) for group in optional]
    queues = If([optional[0].condition, Sub(pairs(consumers)), Sub(pairs(always))]) if optional else Sub(pairs(always))
    return function("fanout", 60, USUAL_MB, policies, environment([], {"SATCHEL_QUEUES": queues}))


def functions_template(registry):
    groups = groups_of(registry)
    made = {}
    for group in groups:
        made.update(group_resources(group))
    made.update(authorizer())
    made.update(fanout(groups))
    return made


def rate_of(row):
    return RATES["hashing" if "password_hasher" in row["ports"] else row["access"]]


def route_keys(row):
    """HEAD is a request of its own to API Gateway; where a GET is answered by a signed URL, programs ask by HEAD first."""
    yield f"{row['route']} {row['path']}"
    if row["route"] == "GET" and "download_signer" in row["ports"]:
        yield f"HEAD {row['path']}"


def routes_template(registry):
    made, settings, optional_settings, names = {}, {}, {}, []
    for group in groups_of(registry):
        if not group.routes:
            continue
        made[f"{group.handler}Integration"] = resource("AWS::ApiGatewayV2::Integration", {
            "ApiId": Ref("Api"), "IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0",
            "TimeoutInMillis": min(LONGEST_INTEGRATION_MS, max(row["timeout_ms"] for row in group.routes)),
            "IntegrationUri": Sub("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Installation}-" + group.name + ":live")},
            group.condition)
        made[f"{group.handler}Permission"] = resource("AWS::Lambda::Permission", {
            "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "SourceAccount": Ref("AWS::AccountId"),
            "FunctionName": Sub("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Installation}-" + group.name + ":live"),
            "SourceArn": Sub("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*")}, group.condition)
        for row in group.routes:
            for key in route_keys(row):
                name = camel(row["name"]) + ("Head" if key.startswith("HEAD ") else "") + "Route"
                properties = {"ApiId": Ref("Api"), "RouteKey": key, "Target": Sub("integrations/${" + group.handler + "Integration}")}
                properties["AuthorizationType"] = "NONE" if row["access"] == "open" else "CUSTOM"
                if row["access"] != "open":
                    properties["AuthorizerId"] = Ref("Authorizer")
                made[name] = resource("AWS::ApiGatewayV2::Route", properties, group.condition)
                rate, burst = rate_of(row)
                (optional_settings if group.condition else settings)[key] = {"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}
                names.append((name, group.condition))
    # A stage refuses settings of routes that are not there yet.
    fixed = {"ApiId": Ref("Api"), "StageName": "$default", "AutoDeploy": True,
             "AccessLogSettings": {"DestinationArn": GetAtt("AccessLog.Arn"), "Format": ACCESS_LOG},
             "DefaultRouteSettings": {"ThrottlingRateLimit": 100, "ThrottlingBurstLimit": 200, "DetailedMetricsEnabled": True}}
    made["Stage"] = resource("AWS::ApiGatewayV2::Stage", {**fixed, "RouteSettings": settings}, "Cognito",
                             DependsOn=[name for name, condition in names if not condition])
    made["StageWithProvider"] = resource("AWS::ApiGatewayV2::Stage", {**fixed, "RouteSettings": {**settings, **optional_settings}}, "BuiltIn",
                                         DependsOn=[name for name, _ in names])
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
