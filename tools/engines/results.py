"""What a suite came to on an engine, and how the reports of test runners are read."""
import dataclasses
import xml.etree.ElementTree


@dataclasses.dataclass
class Result:
    engine: str
    version: str
    suite: str
    passed: int = 0
    failed: list = dataclasses.field(default_factory=list)   # {"test", "reason"}
    skipped: list = dataclasses.field(default_factory=list)  # likewise
    gaps: list = dataclasses.field(default_factory=list)     # tests that passed in the form which allows for what the engine lacks
    notes: list = dataclasses.field(default_factory=list)    # sentences: a seed, a count of runs
    seconds: float = 0

    def fail(self, test, reason):
        self.failed.append({"test": test, "reason": reason})


def read_junit(result, path):
    """GoogleTest, pytest and node write this form. A run that wrote none, or ran nothing, has failed."""
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        return result.fail("the suite", "it ended before it wrote its report")
    for case in root.iter("testcase"):
        read_case(result, case)
    if not result.passed and not result.failed:
        result.fail("the suite", "no test ran")


def read_case(result, case):
    name = case.get("name", "")
    if "[" not in name:
        name = name.split("/")[0]  # GoogleTest's parameter is the engine; pytest's is in brackets
    broken = case.find("failure") if case.find("failure") is not None else case.find("error")
    skipped = case.find("skipped")
    if broken is not None:
        result.fail(name, first_line(broken))
    elif skipped is not None or case.get("status") == "notrun":
        result.skipped.append({"test": name, "reason": first_line(skipped) if skipped is not None else "not run"})
    else:
        result.passed += 1
    for noted in case.iter("property"):
        if noted.get("name") == "gap":
            result.gaps.append({"test": name, "reason": noted.get("value")})
        if noted.get("name") == "note":
            result.notes.append(noted.get("value"))


def read_verdicts(result, verdicts):
    """{name: {"result": "passed" or "failed", "reason"}}"""
    for name, verdict in verdicts.items():
        if verdict["result"] == "passed":
            result.passed += 1
        else:
            result.fail(name, verdict.get("reason", "no reason was given"))


def first_line(element):
    text = element.get("message") or element.text or ""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return " ".join(lines)[:600] if lines else "no reason was given"
