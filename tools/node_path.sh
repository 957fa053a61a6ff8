#!/usr/bin/env bash
# Prints the folder of a Node.js that is new enough for the front-end; nothing else goes to standard output. Debian 12's own is too old, so where
# none is on the PATH, the npm package "node" (the official binary, checked by npm's lock of hashes) is put into build/node once.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
wanted=20.19.0

fits() { [ "$(printf '%s\n%s\n' "$wanted" "$("$1" --version 2>/dev/null | tr -d v)" | sort -V | head -n 1)" = "$wanted" ]; }

found=$(command -v node || true)
if [ -n "$found" ] && fits "$found"; then
  dirname "$found"
  exit 0
fi
own=$root/build/node/node_modules/node/bin
if [ ! -x "$own/node" ] || ! fits "$own/node"; then
  command -v npm >/dev/null || { echo "node_path.sh: Node.js $wanted or newer is wanted; install it, or Debian's npm: apt-get install npm" >&2; exit 1; }
  echo "fetching Node.js 22 from the npm registry into build/node" >&2
  mkdir -p "$root/build/node"
  npm install --prefix "$root/build/node" --no-audit --no-fund --loglevel=error node@22 >&2
fi
echo "$own"
