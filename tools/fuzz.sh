#!/usr/bin/env bash
# Runs every libFuzzer target briefly, from its seeds. usage: tools/fuzz.sh [SECONDS]     (of each target; 15 without it)
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-15}
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >build/fuzz-configure.log 2>&1 || { cat build/fuzz-configure.log >&2; exit 1; }
cmake -B build/fuzz -DSATCHEL_FUZZ_SECONDS="$seconds" >/dev/null
# What the compiler is strict about is said by the other build; here its words would only differ.
NINJA_STATUS='[%f/%t, %es] ' env -u CI cmake --build build/fuzz --target fuzz
echo "$(grep -c '^satchel_fuzz(' tests/fuzz/CMakeLists.txt) targets passed"
