"""The suites: what each shows, on which engines, and how it is run. A further one is one more entry."""
import contextlib
import dataclasses
import json
import os
import shutil
import subprocess
import time
from typing import Callable

from engines import get, table
from engines.get import FOLDER, TOP
from engines.results import Result, read_junit, read_verdicts
from engines.run import free_port, serving

BOTO3 = "1.40.50"
BUILD = TOP / os.environ.get("BUILD", "build/dev")
ZIP = TOP / "build/satchel-lambda-x86_64.zip"
SUITES_OF_THEIR_OWN = ["test_copies", "test_outside_issuer", "test_function_processes"]  # of tests/e2e


@dataclasses.dataclass(frozen=True)
class Suite:
    name: str             # what ARGS selects
    what: str             # a sentence for the document
    engines: list         # names
    targets: list         # of CMake, built before it runs
    run: Callable         # (result, engine, origin): fills the result


def command(result, words, environment, patience):
    """Runs a test runner and keeps its output; says whether it ended in time."""
    log = FOLDER / f"{result.suite}-{result.engine}.log".lower().replace(" ", "-")
    with open(log, "w") as output:
        try:
            ended = subprocess.run([str(word) for word in words], cwd=TOP, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, timeout=patience)
        except subprocess.TimeoutExpired:
            result.fail("the suite", f"it did not end within {patience} s; its output is {log.relative_to(TOP)}")
            return False
    if ended.returncode < 0:
        result.fail("the suite", f"it was ended by signal {-ended.returncode}; its output is {log.relative_to(TOP)}")
    return ended.returncode == 0


def googletest(result, binary, tests, environment, patience=600):
    report = FOLDER / "report.xml"
    report.unlink(missing_ok=True)
    passed = command(result, [BUILD / binary, f"--gtest_filter={tests}", f"--gtest_output=xml:{report}"], environment, patience)
    read_junit(result, report)
    if not passed and not result.failed:
        result.fail("the suite", "it ended with an error after its last test")


def pytest(result, tests, environment, patience=1200):
    report = FOLDER / "report.xml"
    report.unlink(missing_ok=True)
    words = [python(), "-m", "pytest", *tests, "-q", "-p", "no:cacheprovider", "--color=no", f"--junitxml={report}", "-o", "tmp_path_retention_count=1"]
    passed = command(result, words, {"SATCHEL_BINARY": str(BUILD / "apps/satchel/satchel"), **environment}, patience)
    read_junit(result, report)
    if not passed and not result.failed:
        result.fail("the suite", "it ended with an error after its last test")


def python():
    """Where pytest is: the environment that tools/test.sh has made, or Debian's."""
    made = TOP / "build/python/bin/python"
    return made if made.exists() else "/usr/bin/python3"


def camel(engine):
    """The engine's name as a part of a test's name."""
    return "".join(word[:1].upper() + word[1:] for word in engine.name.split())


def dynamodb(result, engine, origin):
    googletest(result, "tests/contract/contract_tests", f"*DynamoDb{camel(engine)}*", {"SATCHEL_DYNAMODB": f"{camel(engine)}={origin}"})


def s3(result, engine, origin):
    googletest(result, "tests/contract/contract_tests", f"*S3On{camel(engine)}*", {"SATCHEL_S3": f"{camel(engine)}={origin}"})


def services(result, engine, origin):
    named = f"{camel(engine)}={origin}"
    googletest(result, "tests/contract/contract_tests", f"*/Services.*{camel(engine)}*:*CognitoOn{camel(engine)}*", {"SATCHEL_SERVICES": named, "SATCHEL_COGNITO": named})


def sign_in(result, engine, origin):
    pytest(result, ["tests/sign_in"], {"SATCHEL_TEST_ISSUER": engine.name.lower(), "SATCHEL_TEST_ISSUER_URL": origin})


def elsewhere(origin, bucket):
    """Table and objects of `satchel serve`."""
    where = f"region=us-east-1&endpoint={origin}"
    return {"SATCHEL_TEST_TABLE": f"dynamodb://satchel?{where}", "SATCHEL_TEST_OBJECTS": f"s3://{bucket}?{where}&checksums=parts", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def copies(result, engine, origin):
    pytest(result, ["tests/e2e/test_copies.py"], elsewhere(origin, "satchel-copies"))


def black_box_elsewhere(result, engine, origin):
    """Functions in processes, over table and objects elsewhere: the tests that set up no server of their own."""
    names = ["curl", "example", "links", "object_engine", "people", "uploads"]
    pytest(result, [f"tests/e2e/test_{name}.py" for name in names],
           {**elsewhere(origin, "satchel-elsewhere"), "SATCHEL_FUNCTIONS": "process", "SATCHEL_BOOTSTRAP": str(BUILD / "apps/lambda/bootstrap")})


def faults(result, engine, origin):
    """A sample; SATCHEL_T1_RUNS=0 plays all of it."""
    environment = {"SATCHEL_DYNAMODB": f"{camel(engine)}={origin}", "SATCHEL_S3": f"{camel(engine)}={origin}", "ASAN_OPTIONS": "malloc_context_size=5",
                   "SATCHEL_T1_RUNS": os.environ.get("SATCHEL_T1_RUNS", "2")}
    full = os.environ.get("SATCHEL_T1_RUNS") == "0"
    googletest(result, "tests/faults/engine_fault_tests", "*", environment, patience=12 * 3600 if full else 900)


def deployment_tools():
    """Debian's boto3 is older than AWS_ENDPOINT_URL."""
    return get.from_pypi("deployment", BOTO3, f"boto3=={BOTO3}", "pyyaml==6.0.2")


def deployment(result, engine, origin):
    """By the program that people deploy with, step by step."""
    report = FOLDER / "deployment.json"
    report.unlink(missing_ok=True)
    command(result, [deployment_tools() / "bin/python", "tests/infra/deploy_to_engine.py", origin, "--json", report], {}, 600)
    if not report.exists():
        return result.fail("the suite", "it ended before it wrote its report")
    told = json.loads(report.read_text())
    read_verdicts(result, {step["name"]: step for step in told["steps"]})
    for template, gone in told["left_out"].items():
        for kind, names in gone.items():
            result.skipped.append({"test": f"{template}: {', '.join(names)}", "reason": f"the engine does not know {kind}"})


def rules(result, engine, origin):
    """Every rule of the checklist holds of all templates, and fails on its defect."""
    report = FOLDER / "rules.json"
    report.unlink(missing_ok=True)
    command(result, ["/usr/bin/python3", "infra/check.py", "--guard", FOLDER / "cfn-guard/bin/cfn-guard", "--json", report], {}, 600)
    if not report.exists():
        return result.fail("the suite", "it ended before it wrote its report")
    read_verdicts(result, json.loads(report.read_text())["rules"])


def schemas(result, engine, origin):
    report = FOLDER / "lint.json"
    report.unlink(missing_ok=True)
    command(result, ["/usr/bin/python3", "infra/check.py", "--lint", FOLDER / "cfn-lint/bin/cfn-lint", "--json", report], {}, 600)
    if not report.exists():
        return result.fail("the suite", "it ended before it wrote its report")
    findings = json.loads(report.read_text())["lint"]
    for template in sorted((TOP / "infra/templates").glob("*.yaml")):
        found = [line for line in findings if template.name in line]
        read_verdicts(result, {template.stem: {"result": "failed", "reason": found[0]} if found else {"result": "passed"}})


def black_box(result, engine, origin):
    pytest(result, ["tests/e2e", "-n", "2"], {}, patience=1800)


def black_box_in_processes(result, engine, origin):
    """The same suite; the binary is told by its environment."""
    program = BUILD / "apps/lambda/bootstrap"
    pytest(result, ["tests/e2e", "-n", "2"], {"SATCHEL_FUNCTIONS": "process", "SATCHEL_BOOTSTRAP": str(program)}, patience=1800)


def zip_is_made(result):
    """The very zip that is deployed."""
    made = command(result, ["tools/build_lambda.sh", "x86_64"], {}, 1800)
    if not made:
        result.fail("the zip", "tools/build_lambda.sh did not make it; its output is beside the reports")
    return made


def lambda_zip(result, engine, origin):
    """Under AWS's emulator of the Runtime API."""
    if zip_is_made(result):
        pytest(result, ["tests/lambda"], {"SATCHEL_RIE": str(FOLDER / "rie/aws-lambda-rie"), "SATCHEL_LAMBDA_ZIP": str(ZIP), "SATCHEL_TEST_ENGINE": origin})


@contextlib.contextmanager
def edge(port, place):
    """In front of the engine's distribution."""
    folder = FOLDER / "edge"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    config = (TOP / "tests/e2e/edge.conf.in").read_text()
    for name, value in (("folder", folder), ("port", port), ("engine", place["engine"]), ("host", place["host"])):
        config = config.replace(f"@{name}@", str(value))
    (folder / "edge.conf").write_text(config)
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    with serving("edge-nginx", ["/usr/sbin/nginx", "-p", folder, "-c", folder / "edge.conf", *user], port):
        yield


def black_box_stack(result, engine, origin):
    """The same suite, over HTTP, against what the templates make of the zip; on an engine of its own, where nothing else has left anything."""
    if not zip_is_made(result):
        return
    place, port = FOLDER / "stack.json", free_port()
    place.unlink(missing_ok=True)
    tools = deployment_tools()
    with table.ministack_for_functions() as own:
        command(result, [tools / "bin/python", "tests/infra/deploy_for_black_box.py", own, ZIP, f"http://127.0.0.1:{port}", place], {}, 300)
        if not place.exists():
            return result.fail("the deployment", "it ended before all stacks stood; its output is beside the reports")
        began = time.monotonic()
        with edge(port, json.loads(place.read_text())):
            pytest(result, ["tests/e2e", *(f"--ignore=tests/e2e/{name}.py" for name in SUITES_OF_THEIR_OWN)], {"SATCHEL_STACK": str(place)}, patience=900)
        result.notes.append(f"the tests themselves took {time.monotonic() - began:.0f} s")


SUITES = [
    Suite("dynamodb", "the contract of the `Table` port, by the adapter for DynamoDB", ["moto", "MiniStack"], ["contract_tests"], dynamodb),
    Suite("s3", "the contract of the `ObjectStore` port, by the adapter for S3, and a client's side of presigned requests", ["MiniStack", "versitygw", "Ceph RGW"],
          ["contract_tests"], s3),
    Suite("services", "the clients of SQS, S3's news by EventBridge, Secrets Manager, SES, and people in a Cognito pool", ["moto", "MiniStack"], ["contract_tests"], services),
    Suite("t1", "every scenario of the fault harness over both adapters: requests dropped, answers lost, throttling, conflicts, errors, crashes, events twice, late and reversed; a sample",
          ["MiniStack"], ["engine_fault_tests"], faults),
    Suite("copies", "two copies of the server over one table and one bucket, one of them killed in the middle", ["MiniStack"], ["satchel"], copies),
    Suite("black-box-elsewhere", "what of tests/e2e is about files, links and people, with `--functions=process`, `--table` and `--objects`", ["MiniStack"], ["satchel", "bootstrap"],
          black_box_elsewhere),
    Suite("sign-in", "people of a foreign issuer: code with PKCE, made a person, tokens for others refused, keys rotated, locked out here and there",
          ["oidc-provider", "Keycloak"], ["satchel"], sign_in),
    Suite("lambda", "the Lambda zip: requests, events, schedules, what a start without its settings says", ["AWS RIE"], [], lambda_zip),
    Suite("templates", "the templates against CloudFormation's schemas", ["cfn-lint"], [], schemas),
    Suite("rules", "the checklist: each rule holds of all templates and catches its defect", ["cfn-guard"], [], rules),
    Suite("deployment", "deploy, change, destroy of what the engine knows of the templates, by `infra/satchel-aws`", ["MiniStack"], [], deployment),
    Suite("black-box", "all of tests/e2e over HTTP", ["embedded"], ["satchel"], black_box),
    Suite("black-box-stack", "all of tests/e2e that needs no server of its own, over edge, HTTP API, functions, table, bucket and people as the templates make them", ["MiniStack"], ["satchel"],
          black_box_stack),
    Suite("black-box-processes", "all of tests/e2e with `--functions=process`", ["processes"], ["satchel", "bootstrap"], black_box_in_processes),
]


def run(suite, engine, origin):
    result = Result(engine.name, engine.version, suite.name)
    began = time.monotonic()
    suite.run(result, engine, origin)
    result.seconds = round(time.monotonic() - began, 1)
    return result
