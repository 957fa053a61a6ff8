#!/usr/bin/env python3
"""Satchel on engines that others wrote: installs pinned versions into build/engines, starts them on loopback, runs the suites, ends what it started.

usage: tools/test_engines.py [SUITE or ENGINE...] [--list] [--write-docs] [--within SECONDS]     (all of them without one: make test-engines ARGS='s3 dynamodb')

What each suite came to goes to build/conformance.json, with the reason of everything that was skipped; rows of earlier runs stay there. What could not be got is named, the rest
runs. The exit status is 1 where a test failed, 3 where none did and something could not be got or begun. tools/engines/table.py has the engines, tools/engines/suites.py the suites.
"""
import argparse
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

from engines import document, suites
from engines.get import FOLDER, TOP, Missing
from engines.run import DidNotStart
from engines.table import ENGINES

CONFORMANCE = TOP / "build" / "conformance.json"


def plan(words):
    """[(engine, its suites)] as the command line chose them."""
    known = {s.name.lower() for s in suites.SUITES} | {e.name.lower() for e in ENGINES}
    for word in words:
        if word.lower() not in known:
            sys.exit(f"test_engines.py: there is no suite or engine '{word}'; --list shows them")
    words = {word.lower() for word in words}
    named_suites, named_engines = [s for s in suites.SUITES if s.name.lower() in words], [e for e in ENGINES if e.name.lower() in words]
    chosen = [(e, [s for s in named_suites or suites.SUITES if e.name in s.engines]) for e in named_engines or ENGINES]
    return [(engine, its_suites) for engine, its_suites in chosen if its_suites]


def build(chosen):
    targets = sorted({target for _, its_suites in chosen for suite in its_suites for target in suite.targets})
    if not targets:
        return
    if not (suites.BUILD / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "dev", "-B", suites.BUILD], cwd=TOP, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["nice", "cmake", "--build", suites.BUILD, "--target", *targets], cwd=TOP, check=True)


def say(result):
    print(f"{result.suite} on {result.engine} {result.version}: {result.passed} passed, {len(result.failed)} failed, {len(result.skipped)} skipped ({result.seconds} s)")
    for entry in result.failed:
        print(f"  FAILED {entry['test']}: {entry['reason']}")
    for note in result.notes:
        print(f"  {note}")
    sys.stdout.flush()


def run(chosen, end):
    results, missing = [], []
    for engine, its_suites in chosen:
        try:
            if time.monotonic() > end:
                raise DidNotStart("the time was over before it")
            engine.get()
            with engine.start() as origin:
                for suite in its_suites:
                    results.append(suites.run(suite, engine, origin))
                    say(results[-1])
        except (Missing, DidNotStart, subprocess.CalledProcessError, subprocess.TimeoutExpired) as problem:
            missing.append(f"{engine.name} ({', '.join(suite.name for suite in its_suites)}): {problem}")
            print(f"test_engines.py: {missing[-1]}", file=sys.stderr, flush=True)
    return {"results": [dataclasses.asdict(result) for result in results], "missing": missing}


def remembered(conformance):
    """With what earlier runs, of other suites or engines, have left in build/conformance.json, in the order of the tables."""
    try:
        earlier = json.loads(CONFORMANCE.read_text())["results"]
    except (OSError, ValueError, KeyError):
        earlier = []
    rows = {(r["suite"], r["engine"], r["version"]): r for r in [*earlier, *conformance["results"]]}
    order = [(s.name, e.name, e.version) for s in suites.SUITES for e in ENGINES if e.name in s.engines]
    return {"results": [rows[key] for key in order if key in rows], "missing": conformance["missing"]}


def close(conformance):
    """The closing lines and the exit status: of this run."""
    results = conformance["results"]
    passed, failed, skipped = sum(r["passed"] for r in results), sum(len(r["failed"]) for r in results), sum(len(r["skipped"]) for r in results)
    for text in conformance["missing"]:
        print(f"not run: {text}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 3 if conformance["missing"] else 0


def show():
    for suite in suites.SUITES:
        print(f"{suite.name}: {suite.what}; on {', '.join(suite.engines)}")
    for engine in ENGINES:
        print(f"{engine.name} {engine.version}, from {engine.source}: {engine.what}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chosen", nargs="*", metavar="SUITE or ENGINE")
    parser.add_argument("--list", action="store_true", help="show the suites and engines")
    parser.add_argument("--within", type=int, metavar="SECONDS", default=24 * 3600, help="begin no engine after that")
    parser.add_argument("--write-docs", action="store_true", help="make docs/conformance.md of build/conformance.json")
    arguments = parser.parse_args()
    if arguments.list:
        return show()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the engines end, too
    FOLDER.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + arguments.within
    chosen = plan(arguments.chosen)
    build(chosen)
    conformance = run(chosen, end)
    whole = remembered(conformance)
    CONFORMANCE.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
    if arguments.write_docs:
        document.write(whole)
    return close(conformance)


if __name__ == "__main__":
    node = subprocess.run([TOP / "tools/node_path.sh"], capture_output=True, text=True)
    os.environ["PATH"] = f"{node.stdout.strip()}:{os.environ['PATH']}" if node.returncode == 0 else os.environ["PATH"]
    os.environ["CI"] = "1"  # the flags of tools/test.sh, which has built there
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    sys.exit(main())
