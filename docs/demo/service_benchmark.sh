#!/usr/bin/env bash
# Runs one of the service's benchmarks (docs/reference/benchmarks.md) as the launcher runs the service.
# usage: docs/demo/service_benchmark.sh CLASS [ARGUMENT...]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

class=${1:?usage: docs/demo/service_benchmark.sh CLASS [ARGUMENT...]}
shift
if [[ $class == FirstJobBenchmark && -z ${KUBEBUILDER_ASSETS:-} ]]; then
  KUBEBUILDER_ASSETS=$(.ci/control-plane/build)
  export KUBEBUILDER_ASSETS
fi
mvn -q -B -pl service -am test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath >&2
cd service
exec java -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  -cp "target/test-classes:target/classes:$(<target/test.classpath)" \
  "io.bitfrontier.service.scale.$class" "$@"
