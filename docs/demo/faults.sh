#!/usr/bin/env bash
# Strikes each fault N times (20 unless told), with PostgreSQL away for 30 seconds, and writes the table of docs/reference/faults.md.
# usage: docs/demo/faults.sh [N]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

repetitions=${1:-20}
table=service/target/faults.md
rm -f "$table"
status=0
mvn -B verify -pl service,worker-image -am -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test=FaultsIT -Dfailsafe.failIfNoSpecifiedTests=false \
  -Dfaults.repetitions="$repetitions" -Dfaults.outage=30 || status=$?

# What failed is in the table too: it is written before the build ends.
awk -v table="$table" '
  /<!-- faults -->/ { print; while ((getline line < table) > 0) print line; skip = 1; next }
  /<!-- \/faults -->/ { skip = 0 }
  !skip' docs/reference/faults.md >docs/reference/faults.md.new
mv docs/reference/faults.md.new docs/reference/faults.md
exit "$status"
