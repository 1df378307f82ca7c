#!/usr/bin/env bash
# Strikes each fault N times (20 unless told), with PostgreSQL away for 30 seconds, and writes the tables of docs/reference/faults.md.
# usage: docs/demo/faults.sh [N]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

repetitions=${1:-20}
rm -f service/target/faults.md service/target/faults-on-kubernetes.md
KUBEBUILDER_ASSETS=$(.ci/control-plane/build)
export KUBEBUILDER_ASSETS
status=0
mvn -B verify -pl service,worker-image -am -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test=FaultsIT,KubernetesSweepIT -Dfailsafe.failIfNoSpecifiedTests=false \
  -Dfaults.repetitions="$repetitions" -Dfaults.outage=30 || status=$?

# What failed is in the table too: it is written before the build ends.
for table in faults faults-on-kubernetes; do
  awk -v name="$table" -v table="service/target/$table.md" '
    $0 == "<!-- " name " -->" { print; while ((getline line < table) > 0) print line; skip = 1; next }
    $0 == "<!-- /" name " -->" { skip = 0 }
    !skip' docs/reference/faults.md >docs/reference/faults.md.new
  mv docs/reference/faults.md.new docs/reference/faults.md
done
exit "$status"
