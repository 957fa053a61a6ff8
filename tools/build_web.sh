#!/usr/bin/env bash
# Builds the front-end into a folder; installs its npm packages first where package-lock.json is newer than what is there.
# usage: tools/build_web.sh FOLDER
set -euo pipefail
out=$(realpath -m "$1")
cd "$(dirname "$0")/../web"
PATH="$(../tools/node_path.sh):$PATH"
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "installing the front-end's packages from npm"
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json
fi
npm run --silent build -- --outDir "$out" --emptyOutDir --logLevel warn
