"""The suites: what each shows, on which engines, and how it is run. A further one is one more entry."""
import dataclasses
import os
import subprocess
import time
from typing import Callable

from engines.get import FOLDER, TOP
from engines.results import Result, read_junit

BUILD = TOP / os.environ.get("BUILD", "build/dev")


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


def camel(engine):
    """The engine's name as a part of a test's name."""
    return "".join(word[:1].upper() + word[1:] for word in engine.name.split())


def dynamodb(result, engine, origin):
    googletest(result, "tests/contract/contract_tests", f"*DynamoDb{camel(engine)}*", {"SATCHEL_DYNAMODB": f"{camel(engine)}={origin}"})


def s3(result, engine, origin):
    googletest(result, "tests/contract/contract_tests", f"*S3On{camel(engine)}*", {"SATCHEL_S3": f"{camel(engine)}={origin}"})


SUITES = [
    Suite("dynamodb", "the contract of the `Table` port, by the adapter for DynamoDB", ["moto", "MiniStack"], ["contract_tests"], dynamodb),
    Suite("s3", "the contract of the `ObjectStore` port, by the adapter for S3, and a client's side of presigned requests", ["MiniStack", "versitygw", "Ceph RGW"],
          ["contract_tests"], s3),
]


def run(suite, engine, origin):
    result = Result(engine.name, engine.version, suite.name)
    began = time.monotonic()
    suite.run(result, engine, origin)
    result.seconds = round(time.monotonic() - began, 1)
    return result
