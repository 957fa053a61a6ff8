#!/usr/bin/env bash
# Installs the Debian 12 packages that Satchel needs; does nothing where they are there already.
# usage: tools/install.sh GROUP...     (build, test, bench)
set -euo pipefail

build=(g++ cmake ninja-build ccache make git ca-certificates
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  libfmt-dev libutf8proc-dev libssl-dev libargon2-dev libpugixml-dev libcli11-dev libcurl4-openssl-dev
  librocksdb-dev libsnappy-dev liblz4-dev libzstd-dev libbz2-dev zlib1g-dev libgflags-dev brotli)
test=(libgtest-dev libgmock-dev clang-19 libclang-rt-19-dev chromium nginx-light libnginx-mod-http-dav-ext
  python3 python3-venv python3-pip python3-yaml python3-boto3 curl unzip xz-utils)
bench=(nginx-light libnginx-mod-http-dav-ext wrk libbenchmark-dev strace)

wanted=()
for group in "$@"; do
  case "$group" in
    build) wanted+=("${build[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    bench) wanted+=("${bench[@]}") ;;
    *) echo "install.sh: unknown group '$group'; take build, test or bench" >&2; exit 2 ;;
  esac
done

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

# The page is built with Node.js 20 or newer; Debian 12's own package is older, so the binary from the npm registry serves there.
if ! command -v node >/dev/null || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
  echo "install.sh: Node.js 20 is wanted and not here" >&2
fi
