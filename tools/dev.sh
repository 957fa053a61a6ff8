#!/usr/bin/env bash
# The dev loop: a server of the dev build on a throw-away folder with a demo user, and Vite in front, which rebuilds the page on change.
# Ends with Ctrl-C, and takes the folder with it.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$(tools/node_path.sh):$PATH"

[ -f build/dev/build.ninja ] || cmake --preset dev
NINJA_STATUS='[%f/%t, %es] ' cmake --build build/dev --target satchel
satchel=$PWD/build/dev/apps/satchel/satchel
data=$(mktemp -d "${TMPDIR:-/tmp}/satchel-dev-XXXXXX")
server=
end() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  rm -rf "$data"
}
trap end EXIT

password=demo-pass-phrase
"$satchel" user add demo@example.org --name Demo --admin --password-stdin --data "$data/data" <<<"$password"
# The page comes from Vite, so Vite's address is the public one.
"$satchel" serve --data "$data/data" --public-url http://localhost:5173 &
server=$!
if [ ! -f web/node_modules/.package-lock.json ]; then (cd web && npm ci --no-audit --no-fund); fi
echo "sign in at http://localhost:5173 as demo@example.org with '$password'"
npm --prefix web run dev -- --port 5173 --strictPort
