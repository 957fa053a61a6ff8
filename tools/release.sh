#!/usr/bin/env bash
# Makes the release archive: build/satchel-VERSION.tar.gz with the binary, the functions' zips, the page, and all that deploys them.
# usage: tools/release.sh [ARCH...]      architectures of the functions; both without one
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -nE 's/^project\(satchel VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
folder=build/release-archive/satchel-$version
[ $# -gt 0 ] || set -- arm64 x86_64
rm -rf build/release-archive
mkdir -p "$folder/lambda"
tools/build.sh
tools/build_web.sh "$folder/web"
cp build/satchel build/bootstrap "$folder/"
for architecture in "$@"; do
  tools/build_lambda.sh "$architecture"
  cp "build/satchel-lambda-$architecture.zip" "$folder/lambda/"
done
git archive HEAD infra docs api README.md CHANGELOG.md CONTRIBUTING.md LICENSE SECURITY.md | tar -x -C "$folder"
echo "$version" >"$folder/VERSION"
# The same files give the same archive, byte for byte.
tar --sort=name --mtime="@$(git log -1 --format=%ct)" --owner=0 --group=0 --numeric-owner -czf "build/satchel-$version.tar.gz" -C build/release-archive "satchel-$version"
(cd build && sha256sum "satchel-$version.tar.gz" >"satchel-$version.tar.gz.sha256")
echo "build/satchel-$version.tar.gz is ready"
