#!/usr/bin/env bash
# Builds the released form of Satchel: build/release, and from it build/satchel and, beside it, the program of --functions=process,
# build/bootstrap. Quick where nothing has changed.
set -euo pipefail
cd "$(dirname "$0")/.."

started=$SECONDS
mkdir -p build
if [ ! -f build/release/build.ninja ]; then
  echo "configuring build/release"
  cmake --preset release >build/release-configure.log 2>&1 || { cat build/release-configure.log >&2; exit 1; }
fi
[ -x build/satchel ] || echo "building Satchel; the first time takes some minutes"
NINJA_STATUS='[%f/%t, %es] ' cmake --build build/release --target satchel bootstrap
for program in satchel/satchel lambda/bootstrap; do
  name=${program#*/}
  [ "build/$name" -nt "build/release/apps/$program" ] && continue
  strip --strip-debug -o "build/$name.new" "build/release/apps/$program"
  mv "build/$name.new" "build/$name"
done
echo "build/satchel is ready ($((SECONDS - started)) s)"
