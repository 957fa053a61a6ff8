#!/usr/bin/env bash
# Builds the Lambda zip: a fully static `bootstrap` and nothing beside it. The same sources give the same bytes.
# usage: tools/build_lambda.sh [x86_64|arm64]     -> build/satchel-lambda-ARCH.zip
set -euo pipefail
cd "$(dirname "$0")/.."

arch=${1:-x86_64}
most_bytes=$((4 * 1024 * 1024))
case "$arch" in
  x86_64) preset=lambda tools="" machine="X86-64" ;;
  arm64) preset=lambda-arm64 tools=aarch64-linux-gnu- machine=AArch64 ;;
  *) echo "build_lambda.sh: unknown architecture '$arch'; take x86_64 or arm64" >&2; exit 2 ;;
esac
fail() { echo "build_lambda.sh: $*" >&2; exit 1; }

# Debian's arm64 packages, unpacked into build/arm64-root; nothing of this machine changes.
fetch_arm64_libraries() {
  local root=$PWD/build/arm64-root
  [ -f "$root/complete" ] && return
  local state=$PWD/build/arm64-apt
  rm -rf "$root"; mkdir -p "$root" "$state/lists/partial" "$state/cache/archives/partial" "$state/debs"
  touch "$state/status"
  local options=(-o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" -q update >build/arm64-apt.log 2>&1 || { cat build/arm64-apt.log >&2; fail "Debian's list of arm64 packages cannot be read"; }
  (cd "$state/debs" && apt-get "${options[@]}" -q download libssl-dev libc-ares-dev libboost1.81-dev libboost-json1.81-dev libboost-container1.81-dev \
    libboost-system1.81-dev libpugixml-dev libargon2-dev libutf8proc-dev libfmt-dev) \
    >>build/arm64-apt.log 2>&1 || { cat build/arm64-apt.log >&2; fail "Debian's arm64 packages cannot be fetched"; }
  for package in "$state"/debs/*.deb; do dpkg-deb -x "$package" "$root"; done
  touch "$root/complete"
}

[ "$arch" = x86_64 ] || fetch_arm64_libraries
mkdir -p build
if [ ! -f "build/$preset/build.ninja" ]; then
  echo "configuring build/$preset"
  cmake --preset "$preset" >"build/$preset-configure.log" 2>&1 || { cat "build/$preset-configure.log" >&2; exit 1; }
fi
NINJA_STATUS='[%f/%t, %es] ' cmake --build "build/$preset" --target bootstrap
binary=build/$preset/apps/lambda/bootstrap

# What would fail on the target, or only there, fails here.
readelf -h "$binary" | grep -q "$machine" || fail "$binary is not for $arch"
if readelf -lW "$binary" | grep -qE 'INTERP|DYNAMIC'; then
  highest=$(readelf -VW "$binary" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -1)
  fail "$binary is not fully static (highest glibc symbol: ${highest:-none}); Amazon Linux 2023 has 2.34, and Amazon Linux 2 has 2.26"
fi
# In a static glibc these load modules of whatever machine they run on, and abort where those do not fit. Some have
# stand-ins (apps/lambda/no_modules.cpp); what glibc would have behind them is looked for.
forbidden=$(nm "$binary" | awk '{print $3}' | sort -u | grep -xE '__nss_.*|gaih_.*|getpw.*|getgr.*' || true)
[ -z "$forbidden" ] || fail "$binary holds functions that need glibc's modules: $(echo $forbidden)"
for banned in rocksdb curl_easy_init; do
  ! nm -C "$binary" | grep -q "$banned" || fail "$binary holds $banned"
done

folder=build/$preset/zip
rm -rf "$folder"; mkdir -p "$folder"
cp "$binary" "$folder/bootstrap"
"${tools}strip" --strip-all "$folder/bootstrap"
python3 - "$folder/bootstrap" "build/satchel-lambda-$arch.zip" <<'END'
import os, sys, zipfile
binary, target = sys.argv[1:]
entry = zipfile.ZipInfo("bootstrap", (1980, 1, 1, 0, 0, 0))
entry.create_system, entry.external_attr, entry.compress_type = 3, 0o100755 << 16, zipfile.ZIP_DEFLATED
with zipfile.ZipFile(target + ".new", "w", compresslevel=9) as archive, open(binary, "rb") as file:
    archive.writestr(entry, file.read(), compresslevel=9)
os.replace(target + ".new", target)
END
size=$(stat -c %s "build/satchel-lambda-$arch.zip")
[ "$size" -le "$most_bytes" ] || fail "build/satchel-lambda-$arch.zip has $size bytes; at most $most_bytes are wanted"
echo "build/satchel-lambda-$arch.zip is ready: $size bytes, $(stat -c %s "$folder/bootstrap") unpacked, static, sha256 $(sha256sum "build/satchel-lambda-$arch.zip" | cut -d' ' -f1)"
