#!/usr/bin/env bash
# Runs the tests in stages and stops at the first stage that fails. Each stage tells how long it took; the last line counts tests.
# usage: tools/test.sh [STAGE...]     rules units fuzz web blackbox process oidc browser (all of them without one) · processes · tsan
set -uo pipefail
cd "$(dirname "$0")/.."
export CI=1  # warnings are errors
build=${BUILD:-build/dev}
logs=build/test-logs
mkdir -p "$logs"
passed=0 failed=0 began=$SECONDS

say() { printf '\n== %s\n' "$*"; }

# run NAME COMMAND...: its output is shown and kept in build/test-logs/NAME.
run() {
  local name=$1
  shift
  "$@" 2>&1 | tee "$logs/$name"
  return "${PIPESTATUS[0]}"
}

# count PASSED FAILED
count() { passed=$((passed + $1)) failed=$((failed + $2)); }

# number LOG REGEX: the last number that the regex finds, or 0.
number() { grep -oP "$2" "$logs/$1" | tail -n 1 | grep . || echo 0; }

rules() {
  run rules-includes python3 tools/check_includes.py || { count 0 1; return 1; }
  run rules-docs python3 tools/check_docs.py || { count 0 1; return 1; }
  count 2 0
}

configure() {
  [ -f "$build/build.ninja" ] || run configure cmake --preset dev -B "$build" || return 1
  cmake -B "$build" -DSATCHEL_WEB=ON >"$logs/configure" 2>&1 || { cat "$logs/configure"; return 1; }
}

units() {
  configure || return 1
  NINJA_STATUS='[%f/%t, %es] ' run build cmake --build "$build" || { count 0 1; return 1; }
  local status=0
  GTEST_COLOR=no run units ctest --test-dir "$build" --output-on-failure --verbose -j2 || status=1
  # Every test of every binary counts, and so does every ctest entry that is no GoogleTest binary (architecture, docs, …).
  local single
  single=$(number units '\d+(?= tests? failed out of \d+)')
  count "$(grep -cP '^\d+: \[       OK \]' "$logs/units")" "$(grep -cP '^\d+: \[  FAILED  \] \S+ \(\d+ ms\)' "$logs/units")"
  [ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || count 0 "$(( single > 0 ? single : 1 ))"
  return $status
}

fuzz() {
  run fuzz tools/fuzz.sh || { count 0 1; return 1; }
  count "$(number fuzz '^\d+(?= targets passed)')" 0
}

web() {
  PATH="$(tools/node_path.sh):$PATH"
  local status=0
  if [ ! -f web/node_modules/.package-lock.json ] || [ web/package-lock.json -nt web/node_modules/.package-lock.json ]; then
    (cd web && npm ci --no-audit --no-fund --loglevel=error) || return 1
  fi
  run web-check npm --prefix web run --silent check || status=1
  NO_COLOR=1 run web-unit npm --prefix web run --silent unit || status=1
  count "$(number web-unit '^\s*Tests.*?\K\d+(?= passed)')" "$(number web-unit '^\s*Tests\s+\K\d+(?= failed)')"
  [ $status -eq 0 ] || [ "$failed" -gt 0 ] || count 0 1
  return $status
}

# The black-box tests run in an environment of their own where Debian has no package for what they import.
python_environment() {
  local requirements=tests/e2e/requirements.txt
  [ -d build/python ] || /usr/bin/python3 -m venv --system-site-packages build/python || return 1
  if [ -f $requirements ] && ! cmp -s $requirements build/python/have; then
    build/python/bin/pip install -q --disable-pip-version-check -r $requirements && cp $requirements build/python/have || return 1
  fi
  build/python/bin/python -c 'import pytest, xdist' 2>/dev/null || build/python/bin/pip install -q --disable-pip-version-check 'pytest==8.3.5' 'pytest-xdist==3.6.1'
}

blackbox() { over_http blackbox; }

# The black-box tests with functions in processes of their own, of the program that AWS Lambda runs. What is about the binary alone (fifty
# kills, disks, the data folder) or about such processes is left to 'blackbox'; `processes` leaves nothing out.
process() { SATCHEL_FUNCTIONS=process over_http process -k 'not fifty_kills and not full_disk and not data_folder and not taken_port and not function_processes and not five_gibibytes'; }
processes() { SATCHEL_FUNCTIONS=process over_http processes; }
over_http() { # NAME PYTEST-ARGUMENT...
  local name=$1 status=0
  shift
  python_environment || return 1
  SATCHEL_BINARY=$PWD/$build/apps/satchel/satchel run "$name" build/python/bin/python -m pytest tests/e2e -n 2 -q -rs -p no:cacheprovider -o tmp_path_retention_policy=failed -o tmp_path_retention_count=1 --durations=5 --color=no "$@" || status=1
  count "$(number "$name" '\d+(?= passed)')" "$(number "$name" '\d+(?= failed)')"
  count 0 "$(number "$name" '\d+(?= error)')"
  return $status
}

# A client that we did not write signs in at the real binary.
oidc() {
  PATH="$(tools/node_path.sh):$PATH"
  if [ ! -f tests/oidc/node_modules/.package-lock.json ] || [ tests/oidc/package-lock.json -nt tests/oidc/node_modules/.package-lock.json ]; then
    (cd tests/oidc && npm ci --no-audit --no-fund --loglevel=error) || return 1
  fi
  local status=0
  SATCHEL_BINARY=$PWD/$build/apps/satchel/satchel run oidc npm --prefix tests/oidc run --silent test || status=1
  count "$(number oidc '^# pass \K\d+')" "$(number oidc '^# fail \K\d+')"
  [ $status -eq 0 ] || [ "$failed" -gt 0 ] || count 0 1
  return $status
}

browser() {
  PATH="$(tools/node_path.sh):$PATH"
  if [ ! -f tests/browser/node_modules/.package-lock.json ] || [ tests/browser/package-lock.json -nt tests/browser/node_modules/.package-lock.json ]; then
    (cd tests/browser && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error) || return 1
  fi
  local status=0
  SATCHEL_BINARY=$PWD/$build/apps/satchel/satchel NO_COLOR=1 run browser npm --prefix tests/browser run --silent test || status=1
  count "$(number browser '^\s*\d+(?= passed)')" "$(number browser '^\s*\d+(?= failed)')"
  [ $status -eq 0 ] || [ "$failed" -gt 0 ] || count 0 1
  return $status
}

tsan() {
  [ -f build/tsan/build.ninja ] || cmake --preset tsan || return 1
  build=build/tsan
  NINJA_STATUS='[%f/%t, %es] ' run build cmake --build $build || { count 0 1; return 1; }
  local status=0
  TSAN_OPTIONS="halt_on_error=1 suppressions=$PWD/tests/tsan.supp" run units ctest --test-dir $build --output-on-failure --verbose || status=1
  count "$(grep -cP '^\d+: \[       OK \]' "$logs/units")" "$(grep -cP '^\d+: \[  FAILED  \] \S+ \(\d+ ms\)' "$logs/units")"
  return $status
}

[ $# -gt 0 ] || set -- rules units fuzz web blackbox process oidc browser
result=0
for stage in "$@"; do
  say "$stage"
  stage_began=$SECONDS
  "$stage" || result=1
  say "$stage took $((SECONDS - stage_began)) s"
  [ $result -eq 0 ] || { [ "$failed" -gt 0 ] || failed=1; echo "stage '$stage' failed; its output is in $logs"; break; }
done
echo "all stages took $((SECONDS - began)) s"
echo "$passed passed, $failed failed"
exit $result
