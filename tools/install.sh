#!/usr/bin/env bash
# Installs the Debian 12 packages that Satchel needs; does nothing where they are there already.
# usage: tools/install.sh GROUP...     (build, test, fmt, bench, lambda, arm64)
set -euo pipefail

build=(g++ cmake ninja-build ccache make git ca-certificates python3
  libboost1.81-dev libboost-json1.81-dev
  libfmt-dev libutf8proc-dev libssl-dev libc-ares-dev libargon2-dev libpugixml-dev libcli11-dev libcurl4-openssl-dev
  librocksdb-dev libsnappy-dev liblz4-dev libzstd-dev libbz2-dev zlib1g-dev libgflags-dev brotli)
test=(libgtest-dev libgmock-dev clang-19 libclang-rt-19-dev chromium nginx-light libnginx-mod-http-dav-ext
  python3 python3-venv python3-pip python3-yaml python3-boto3 python3-pytest python3-pytest-xdist curl unzip xz-utils)
fmt=(clang-format-19)
bench=(nginx-light libnginx-mod-http-dav-ext wrk libbenchmark-dev strace)
lambda=(binutils debootstrap openssl)
arm64=(g++-aarch64-linux-gnu binutils-aarch64-linux-gnu)

wanted=()
for group in "$@"; do
  case "$group" in
    build) wanted+=("${build[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    fmt) wanted+=("${fmt[@]}") ;;
    bench) wanted+=("${bench[@]}") ;;
    lambda) wanted+=("${lambda[@]}") ;;
    arm64) wanted+=("${arm64[@]}") ;;
    *) echo "install.sh: unknown group '$group'; take build, test, fmt, bench, lambda or arm64" >&2; exit 2 ;;
  esac
done

# The front-end is built with Node.js 20 or newer, and Debian 12's is older: its npm fetches a newer one (tools/node_path.sh).
if [[ " $* " == *" build "* ]] && ! { command -v node && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]; } >/dev/null 2>&1; then
  wanted+=(npm)
fi

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
  echo "installing Debian packages: ${missing[*]}"
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "install.sh: run as root once, or install sudo: apt-get install ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

