#!/usr/bin/env bash
# Strikes each fault N times (20 unless told), with PostgreSQL away for 30 seconds, and writes the tables of docs/reference/faults.md.
# With the name of a fault it strikes that one alone and prints what came of it; the document stays as it is.
# usage: docs/demo/faults.sh [N [FAULT]]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

repetitions=${1:-20}
only=${2:-}
rm -f service/target/faults.md service/target/faults-on-kubernetes.md
KUBEBUILDER_ASSETS=${KUBEBUILDER_ASSETS:-$(.ci/control-plane/build)}
export KUBEBUILDER_ASSETS
status=0
mvn -B verify -pl service,worker-image -am -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test=FaultsIT,KubernetesSweepIT -Dfailsafe.failIfNoSpecifiedTests=false \
  -Dfaults.repetitions="$repetitions" -Dfaults.outage=30 -Dfaults.only="$only" || status=$?

# What failed is in the tables too: they are written before the build ends.
for name in faults faults-on-kubernetes; do
  table=service/target/$name.md
  if [[ ! -f $table ]]; then
    [[ -n $only ]] && continue
    echo "no $table was written" >&2
    exit 1
  elif [[ -n $only ]]; then
    cat "$table"
  else
    awk -v name="$name" -v table="$table" '
      $0 == "<!-- " name " -->" { print; while ((getline line < table) > 0) print line; skip = 1; next }
      $0 == "<!-- /" name " -->" { skip = 0 }
      !skip' docs/reference/faults.md >"$table.document"
    cp "$table.document" docs/reference/faults.md
  fi
done
exit "$status"
