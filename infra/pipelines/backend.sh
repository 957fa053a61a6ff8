#!/usr/bin/env bash
# The back-end pipeline, phase by phase. Both CI systems call this and nothing else, so they cannot drift.
#   build    release archive with the functions for both architectures
#   test     all tests, and the rules of the templates
#   plan     change sets, told and dropped again
#   deploy   change sets carried out; traffic goes over by canary and back on an alarm; the page goes last
#   smoke    a few questions to what is running; a wrong answer puts the former page back and fails
# Environment: AWS_REGION, SATCHEL_NAME (default satchel), SATCHEL_RELEASE (default: what build made).
set -euo pipefail
cd "$(dirname "$0")/../.."

phase=${1:?say which phase: build, test, plan, deploy or smoke}
release() { echo "${SATCHEL_RELEASE:-$(ls build/satchel-*.tar.gz)}"; }
satchel_aws() { infra/satchel-aws "$1" --name "${SATCHEL_NAME:-satchel}" "${@:2}"; }

case "$phase" in
  build)
    tools/install.sh build
    tools/release.sh
    ;;
  test)
    make test
    python3 infra/check.py ${SATCHEL_GUARD:+--guard "$SATCHEL_GUARD"} ${SATCHEL_LINT:+--lint "$SATCHEL_LINT"}
    ;;
  plan) satchel_aws plan --release "$(release)" ;;
  deploy) satchel_aws deploy --yes --release "$(release)" ;;
  smoke)
    for try in 1 2 3; do
      satchel_aws smoke --release "$(release)" && exit 0
      [ "$try" -eq 3 ] || sleep 20 # an invalidation takes some seconds to be everywhere
    done
    satchel_aws page roll-back --release "$(release)" || true
    echo "backend.sh: the installation gives wrong answers. The former page is back; for the functions deploy the former release." >&2
    exit 1
    ;;
  *) echo "backend.sh: there is no phase '$phase'; take build, test, plan, deploy or smoke" >&2; exit 2 ;;
esac
