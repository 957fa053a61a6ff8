#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the functions' routes with api/openapi.yaml, both ways: method, path, name, access, scope.

check_openapi.py ROUTES_BINARY OPENAPI_YAML
"""
import subprocess
import sys

import yaml

METHODS = ("get", "put", "post", "patch", "delete")


def described(path):
    """Rows as the contract has them, and what is wrong with it by itself."""
    document = yaml.safe_load(open(path, encoding="utf-8"))
    rows, complaints, names = set(), [], set()
    for route, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method)
            if not operation:
                continue
            name, access = operation["operationId"], operation.get("x-access")
            where = f"{method.upper()} {route} ({name})"
            if name in names:
                complaints.append(f"{where}: this operationId stands there twice")
            names.add(name)
            if (operation.get("security") == []) != (access == "open"):
                complaints.append(f"{where}: security does not agree with x-access {access}")
            if access != "user" and operation.get("x-scope"):
                complaints.append(f"{where}: only a route for users has a scope")
            if operation.get("x-served-by") != "gateway":
                rows.add((method.upper(), route, name, access, operation.get("x-scope", "-")))
    return rows, complaints


def main():
    registered = {tuple(line.split(" ")) for line in subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout.splitlines()}
    rows, complaints = described(sys.argv[2])
    complaints += [f"not in openapi.yaml: {' '.join(row)}" for row in sorted(registered - rows)]
    complaints += [f"no function for: {' '.join(row)}" for row in sorted(rows - registered)]
    print("\n".join(complaints) or f"{len(rows)} routes agree with the contract")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
