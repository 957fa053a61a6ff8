#!/usr/bin/env python3
"""What the documents name must exist: paths in backticks, relative links, the law of folders; every Debian package has its line."""
import pathlib
import re
import subprocess
import sys

from engines import document

TOP = pathlib.Path(__file__).resolve().parent.parent
ROOTS = ("api/", "apps/", "bench/", "cmake/", "docs/", "infra/", "src/", "tests/", "tools/", "web/", ".ci/")
PATH = re.compile(r"`([\w./+-]+)`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")


def documents():
    return sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md")])


def dead_paths(document):
    for number, line in enumerate(document.read_text().splitlines(), 1):
        for path in PATH.findall(line):
            if path.startswith(ROOTS) and not (TOP / path).exists():
                yield f"{document.relative_to(TOP)}:{number}: there is no {path}"
        for target in LINK.findall(line):
            if not (document.parent / target).exists():
                yield f"{document.relative_to(TOP)}:{number}: the link to {target} leads nowhere"


def law():
    table = subprocess.run([sys.executable, TOP / "tools/check_includes.py", "--table"], capture_output=True, text=True, check=True).stdout
    if table.strip() not in (TOP / "docs/architecture.md").read_text():
        yield "docs/architecture.md: its table of folders is not what tools/check_includes.py --table prints"


def undocumented_packages():
    listed = (TOP / "docs/dependencies.md").read_text()
    groups = re.findall(r"^(?:build|test|bench)=\((.*?)\)", (TOP / "tools/install.sh").read_text(), re.S | re.M)
    for package in sorted({name for group in groups for name in group.split()}):
        if f"`{package}`" not in listed:
            yield f"docs/dependencies.md: tools/install.sh installs {package} and no line says why"


def conformance():
    """A table of results must be about the engines and suites that there are."""
    return document.complaints() if document.DOCUMENT.exists() else []


if __name__ == "__main__":
    found = [*law(), *undocumented_packages(), *conformance()]
    for page in documents():
        found += dead_paths(page)
    print("\n".join(found) or f"{len(documents())} documents name nothing that is not there")
    sys.exit(1 if found else 0)
