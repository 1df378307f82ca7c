#!/usr/bin/env bash
# Prints how long many tiny runs take when a worker process does one run and leaves, how long when it does as many as there are, and
# the ratio: what starting Java and loading LibTorch for every run costs. One worker at a time, the same sweep, an empty home each.
# The programs must be built. Usage: docs/demo/runs_per_worker.sh [SEEDS [PORT]]; a seed is a train run and an evaluate run.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

seeds=${1:-12}
export SERVER_PORT=${2:-18091}
export BITFRONTIER_URL=http://127.0.0.1:$SERVER_PORT
work=$(mktemp -d)
# the native cache is warm both times
export JAVA_TOOL_OPTIONS="-Dorg.bytedeco.javacpp.cachedir=$work/cache"
service=
stop() {
  if [[ -n $service ]]; then
    kill -TERM "$service" 2>/dev/null || true
    wait "$service" 2>/dev/null || true
    service=
  fi
}
trap 'stop; rm -rf "$work"' EXIT

sweep() {
  cat <<YAML
apiVersion: bitfrontier/v1
name: tiny-runs
grid:
  model: [tiny-17k]
  tokens: [40960]
  precision: [16]
  seed: [$(seq -s, 1 "$1")]
data: {corpus: synthetic}
training: {sequenceLength: 128, batchTokens: 1024, schedule: cosine, warmupSteps: 5}
evaluate: [perplexity]
evaluation: {windows: 320}
YAML
}

count() { curl -sf "$BITFRONTIER_URL/api/v1/runs?limit=500&state=$1" | grep -o '"id":' | wc -l; }

unfinished() { (($(count PLANNED) + $(count READY) + $(count RUNNING) > 0)); }

# Runs of a sweep of $2 seeds with $1 runs per worker; sets seconds and runs.
measure() {
  export BITFRONTIER_HOME=$work/home-$1-$2
  ./bitfrontier serve "--bitfrontier.launch.local.workers=1" "--bitfrontier.launch.local.runs-per-worker=$1" \
    >"$work/service-$1-$2.log" 2>&1 &
  service=$!
  until curl -sf "$BITFRONTIER_URL/actuator/health/readiness" >/dev/null 2>&1; do sleep 0.2; done
  sweep "$2" >"$work/sweep.yaml"
  local begun
  begun=$(date +%s%N)
  ./bitfrontier submit "$work/sweep.yaml" >/dev/null
  while unfinished; do sleep 0.2; done
  seconds=$((($(date +%s%N) - begun) / 1000000))
  runs=$(count SUCCEEDED)
  stop
}

measure 0 1
measure 1 "$seeds"
one=$seconds
echo "1 run per worker:   $runs runs in $((one / 1000)).$((one / 100 % 10)) s"
measure 0 "$seeds"
many=$seconds
echo "as many as there are: $runs runs in $((many / 1000)).$((many / 100 % 10)) s"
echo "ratio: $((one / many)).$((one * 10 / many % 10))"
