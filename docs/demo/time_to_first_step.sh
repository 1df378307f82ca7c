#!/usr/bin/env bash
# Prints the seconds from typing `./bitfrontier demo` to the first metrics of a trained step, first with a cold native cache (LibTorch,
# MKL and PostgreSQL are unpacked first), then with a warm one. The home is empty both times, so a database is made both times.
# The programs must be built. Usage: docs/demo/time_to_first_step.sh [PORT]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

export SERVER_PORT=${1:-18090}
BITFRONTIER_HOME=$(mktemp -d)
export BITFRONTIER_HOME
export JAVA_TOOL_OPTIONS="-Dorg.bytedeco.javacpp.cachedir=$BITFRONTIER_HOME/cache/javacpp"
trap 'rm -rf "$BITFRONTIER_HOME"' EXIT

# A running run that has moved on from where it began has reported a step.
trained() {
  curl -sf "http://127.0.0.1:$SERVER_PORT/api/v1/runs?state=RUNNING" 2>/dev/null |
    grep -o '"progressTokens":[0-9]*' | grep -qv ':0$'
}

measure() {
  local begun
  begun=$(date +%s%N)
  ./bitfrontier demo --exit >/dev/null 2>&1 &
  local demo=$!
  until trained; do sleep 0.05; done
  printf '%s: %d.%d s\n' "$1" $((($(date +%s%N) - begun) / 1000000000)) $((($(date +%s%N) - begun) / 100000000 % 10))
  kill -TERM "$demo"
  wait "$demo" || true
}

measure "cold native cache"
find "$BITFRONTIER_HOME" -mindepth 1 -maxdepth 1 -not -name cache -exec rm -rf {} +
measure "warm native cache"
