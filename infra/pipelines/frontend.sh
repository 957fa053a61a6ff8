#!/usr/bin/env bash
# The front-end pipeline, phase by phase; both CI systems call this and nothing else.
#   build    the page into build/page-release
#   test     types, units
#   publish  hashed files first, entry pages last, two paths invalidated
#   smoke    a few questions; a wrong answer puts the former page back and fails
# Environment: AWS_REGION, SATCHEL_NAME (default satchel).
set -euo pipefail
cd "$(dirname "$0")/../.."

phase=${1:?say which phase: build, test, publish or smoke}
release=build/page-release
satchel_aws() { infra/satchel-aws "$@" --name "${SATCHEL_NAME:-satchel}" --release "$release"; }

case "$phase" in
  build)
    tools/install.sh build
    tools/build_web.sh "$release/web"
    sed -nE 's/^project\(satchel VERSION ([0-9.]+).*/\1/p' CMakeLists.txt >"$release/VERSION"
    ;;
  test) tools/test.sh web ;;
  publish) satchel_aws page publish ;;
  smoke)
    for try in 1 2 3; do
      satchel_aws smoke && exit 0
      [ "$try" -eq 3 ] || sleep 20 # an invalidation takes some seconds to be everywhere
    done
    satchel_aws page roll-back
    echo "frontend.sh: the installation gives wrong answers; the former page is back" >&2
    exit 1
    ;;
  *) echo "frontend.sh: there is no phase '$phase'; take build, test, publish or smoke" >&2; exit 2 ;;
esac
