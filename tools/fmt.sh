#!/usr/bin/env bash
# Formats the files that differ from the last commit: C++ by clang-format 19, the front-end by prettier.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t changed < <(git diff --name-only --diff-filter=d HEAD; git ls-files --others --exclude-standard)
cpp=() web=0
for file in "${changed[@]}"; do
  case $file in
    *.cpp | *.hpp) cpp+=("$file") ;;
    web/*) web=1 ;;
  esac
done
if [ ${#cpp[@]} -gt 0 ]; then
  clang-format-19 -i "${cpp[@]}"
fi
[ $web -eq 0 ] || PATH="$(tools/node_path.sh):$PATH" npm --prefix web run --silent fmt
echo "formatted ${#cpp[@]} C++ files$([ $web -eq 0 ] || echo ' and the front-end')"
