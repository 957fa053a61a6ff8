#!/usr/bin/env bash
# The contract suites on engines that we did not write. Installs pinned versions from PyPI into build/engines, starts each on a
# free loopback port, runs the suites and ends what it started. Fails naming what it could not get.
set -euo pipefail
cd "$(dirname "$0")/.."

engines=build/engines
mkdir -p "$engines"
install() { # NAME REQUIREMENT: a virtual environment of its own, since the engines pin different versions of the same libraries
  [ -e "$engines/$1/.have-$2" ] && return
  echo "installing $2"
  python3 -m venv "$engines/$1"
  if ! "$engines/$1/bin/pip" install -q --disable-pip-version-check "$2"; then
    echo "test_engines.sh: could not get $2 from PyPI; 'make test' needs none of it" >&2
    exit 1
  fi
  touch "$engines/$1/.have-$2"
}
install moto 'moto[server]==5.2.5'
install ministack 'ministack==1.5.33'

started=()
trap 'for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done' EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
wait_for() { # NAME PORT PID
  for _ in $(seq 300); do
    if curl -s -o /dev/null "http://127.0.0.1:$2/"; then return; fi
    kill -0 "$3" 2>/dev/null || break
    sleep 0.1
  done
  echo "test_engines.sh: $1 did not start; its log is $engines/$1.log" >&2
  exit 1
}

moto_port=$(free_port)
"$engines/moto/bin/moto_server" -H 127.0.0.1 -p "$moto_port" >"$engines/moto.log" 2>&1 &
started+=($!)
wait_for moto "$moto_port" $!
ministack_port=$(free_port)
GATEWAY_PORT=$ministack_port BIND_HOST=127.0.0.1 SFTP_ENABLED=0 LAMBDA_EXECUTOR=local "$engines/ministack/bin/ministack" >"$engines/ministack.log" 2>&1 &
started+=($!)
wait_for ministack "$ministack_port" $!

# Go's module proxy; it verifies what it gives by its own sums.
if [ ! -x "$engines/versitygw" ]; then
  echo "building versitygw 1.7.0"
  if ! GOBIN=$PWD/$engines go install github.com/versity/versitygw/cmd/versitygw@v1.7.0; then
    echo "test_engines.sh: could not get versitygw from the Go module proxy (Go 1.24 or newer is wanted); 'make test' needs none of it" >&2
    exit 1
  fi
fi
versity_port=$(free_port)
rm -rf "$engines/versitygw-data"
mkdir "$engines/versitygw-data"
"$engines/versitygw" --access test --secret test --port "127.0.0.1:$versity_port" --quiet posix "$PWD/$engines/versitygw-data" >"$engines/versitygw.log" 2>&1 &
started+=($!)
wait_for versitygw "$versity_port" $!

cmake --preset dev >/dev/null
nice cmake --build build/dev --target contract_tests
SATCHEL_DYNAMODB="Moto=http://127.0.0.1:$moto_port MiniStack=http://127.0.0.1:$ministack_port" \
  SATCHEL_S3="Versity=http://127.0.0.1:$versity_port MiniStack=http://127.0.0.1:$ministack_port" \
  SATCHEL_SERVICES="Moto=http://127.0.0.1:$moto_port MiniStack=http://127.0.0.1:$ministack_port" \
  SATCHEL_COGNITO="Moto=http://127.0.0.1:$moto_port MiniStack=http://127.0.0.1:$ministack_port" \
  build/dev/tests/contract/contract_tests --gtest_filter='*DynamoDb*:*S3On*:*/Services.*:*CognitoOn*' --gtest_brief=1
