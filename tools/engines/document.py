"""docs/conformance.md from build/conformance.json, and the check that the document is about the engines and suites that there are."""
import re

from engines.get import TOP
from engines.suites import SUITES
from engines.table import ENGINES

DOCUMENT = TOP / "docs" / "conformance.md"
HEAD = """# Conformance

What Satchel's adapters and its artefacts showed on engines that others wrote. Made by `make test-engines ARGS=--write-docs` from build/conformance.json, never by
hand. *With a gap* counts tests that passed in a form which allows for what the engine lacks; a gap that has closed fails its test, so that the list stays true.
None of it ran on AWS.
"""
COUNTS = "| suite | engine | version | passed | failed | skipped | with a gap |"


def table(head, rows):
    return "\n".join([head, "|---" * (head.count("|") - 1) + "|", *rows])


def counts(results):
    return table(COUNTS, [f"| {r['suite']} | {r['engine']} | {r['version']} | {r['passed']} | {len(r['failed'])} | {len(r['skipped'])} | {len({g['test'] for g in r['gaps']})} |"
                          for r in results])


def reasons(results, kind, sentence):
    """One line a reason: the engines it is about, and the tests."""
    gathered = {}
    for r in results:
        for entry in r[kind]:
            gathered.setdefault((r["suite"], entry["reason"]), {}).setdefault(r["engine"], []).append(entry["test"])
    if not gathered:
        return []
    rows = [f"| {suite} | {', '.join(engines)} | {reason} | {', '.join(f'`{test}`' for test in dict.fromkeys(t for tests in engines.values() for t in tests))} |"
            for (suite, reason), engines in gathered.items()]
    return [f"## {sentence}", table("| suite | engine | what | test |", rows)]


def write(conformance):
    results = conformance["results"]
    notes = [f"- {r['suite']} on {r['engine']}: {note}" for r in results for note in r["notes"]]
    parts = [HEAD.strip(), counts(results),
             table("| engine | from | stands for |", [f"| {e.name} {e.version} | {e.source} | {e.what} |" for e in ENGINES]),
             table("| suite | shows |", [f"| {s.name} | {s.what} |" for s in SUITES]),
             *reasons(results, "gaps", "What the engines lack"), *reasons(results, "skipped", "What was skipped"), *reasons(results, "failed", "What failed")]
    if notes:
        parts += ["## Notes", "\n".join(notes)]
    if conformance["missing"]:
        parts += ["## What could not be had", "\n".join(f"- {text}" for text in conformance["missing"])]
    DOCUMENT.write_text("\n\n".join(parts) + "\n")


def complaints():
    """The document's rows are the suites on the engines in the versions that stand in the tables."""
    text = DOCUMENT.read_text()
    listed = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| \d+ \| \d+ \| \d+ \| \d+ \|$", text, re.M)
    wanted = [(s.name, e.name, e.version) for s in SUITES for e in ENGINES if e.name in s.engines]
    found = [f"docs/conformance.md: no row of {suite} on {engine} {version}" for suite, engine, version in wanted if (suite, engine, version) not in listed]
    found += [f"docs/conformance.md: {suite} on {engine} {version} is in no table of tools/engines" for suite, engine, version in listed if (suite, engine, version) not in wanted]
    return found
