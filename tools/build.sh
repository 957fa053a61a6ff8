#!/usr/bin/env bash
# Builds the released form of Satchel: build/release, and from it build/satchel. Quick where nothing has changed.
set -euo pipefail
cd "$(dirname "$0")/.."

started=$SECONDS
mkdir -p build
if [ ! -f build/release/build.ninja ]; then
  echo "configuring build/release"
  cmake --preset release >build/release-configure.log 2>&1 || { cat build/release-configure.log >&2; exit 1; }
fi
[ -x build/satchel ] || echo "building Satchel; the first time takes some minutes"
NINJA_STATUS='[%f/%t, %es] ' cmake --build build/release --target satchel
if ! cmp -s build/release/apps/satchel/satchel build/satchel; then
  cp build/release/apps/satchel/satchel build/satchel.new
  strip --strip-debug build/satchel.new
  mv build/satchel.new build/satchel
fi
echo "build/satchel is ready ($((SECONDS - started)) s)"
