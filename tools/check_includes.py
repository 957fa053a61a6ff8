#!/usr/bin/env python3
"""The dependency law: which folder of src/satchel may include which, and where third-party headers may appear.

`docs/architecture.md` prints LAW from here (`check_includes.py --table`). Functions never see an adapter; adapters
never see a function or each other; only apps/ sees both.
"""
import pathlib
import re
import sys

LAW = {
    "base": [],
    "model": [],
    "ports": ["model"],
    "runtime": ["model", "ports"],
    "functions": ["model", "ports", "runtime"],
    "net": [],
    "objects": ["model", "net"],
    "identity": ["model", "ports", "runtime"],
    "oidc": ["model", "ports", "runtime", "net"],
    "passwords": ["model", "ports"],
    "memory": ["model", "ports"],
    "dynamodb": ["model", "ports", "net"],
    "aws": ["model", "ports", "net", "dynamodb"],
    "embedded": ["model", "ports", "objects", "identity"],
    "gateway": ["model", "ports", "runtime", "net"],
    "lambda": ["model", "ports", "runtime", "net"],
    "lambda_host": ["model", "ports", "runtime", "net", "lambda"],
    "cli": ["model", "net"],
}
# Header prefix -> folders it may appear in ("*.cpp": in source files of any folder, never in a header).
HOMES = {
    "rocksdb/": ["embedded", "objects"],
    "boost/asio": ["net"],
    "boost/beast": ["net"],
    "openssl/ssl": ["net"],
    "ares": ["net"],
    "netdb": ["net"],
    "boost/json": "*.cpp",
    "openssl/": "*.cpp",
    "pugixml": "*.cpp",
    "curl/": "*.cpp",
    "argon2": "*.cpp",
    "CLI/": "*.cpp",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"satchel/(\w+)/|<([^>]+)>)')


def complaints(root):
    for path in sorted((root / "src" / "satchel").rglob("*.?pp")):
        folder = path.relative_to(root / "src" / "satchel").parts[0]
        # A test may use the shipped memory adapters beside what it tests.
        extra = ["memory"] if path.stem.endswith("_test") else []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            where = f"{path.relative_to(root)}:{number}"
            ours, theirs = match.groups()
            if ours and ours not in [folder, "base", *LAW.get(folder, []), *extra]:
                yield f"{where}: {folder} must not include {ours}"
            for prefix, homes in HOMES.items() if theirs else []:
                if not theirs.startswith(prefix) or theirs == "boost/json/fwd.hpp":
                    continue
                if homes == "*.cpp" and path.suffix != ".cpp" or homes != "*.cpp" and folder not in homes:
                    yield f"{where}: <{theirs}> has its home elsewhere ({homes})"


def table():
    lines = ["| Folder | includes, beside itself and `base` |", "|---|---|"]
    return "\n".join(lines + [f"| {f} | {', '.join(d) or '–'} |" for f, d in LAW.items()])


if __name__ == "__main__":
    top = pathlib.Path(__file__).resolve().parent.parent
    if "--table" in sys.argv:
        print(table())
        sys.exit(0)
    found = list(complaints(top))
    print("\n".join(found) or "the dependency law holds")
    sys.exit(1 if found else 0)
