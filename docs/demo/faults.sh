#!/usr/bin/env bash
# Strikes each fault N times (20 unless told), with PostgreSQL away for 30 seconds, and writes the tables of docs/reference/faults.md.
# With the name of a fault it strikes that one alone and prints what came of it; the document stays as it is.
# WHERE is local or kubernetes and leaves the other table as it is; two checkouts can strike both at once.
# CONTINUE=true goes on where an earlier run was interrupted, until each was struck N times.
# usage: [WHERE=local|kubernetes] [CONTINUE=true] docs/demo/faults.sh [N [FAULT]]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

repetitions=${1:-20}
only=${2:-}
case ${WHERE:-} in
  local) tests=FaultsIT tables=(faults) ;;
  kubernetes) tests=KubernetesSweepIT tables=(faults-on-kubernetes) ;;
  '') tests=FaultsIT,KubernetesSweepIT tables=(faults faults-on-kubernetes) ;;
  *)
    echo "WHERE=$WHERE is neither local nor kubernetes" >&2
    exit 2
    ;;
esac
resume=${CONTINUE:-false}
if [[ $resume != true && $resume != false ]]; then
  echo "CONTINUE=$resume is neither true nor false" >&2
  exit 2
fi
[[ $resume == true ]] || for name in "${tables[@]}"; do rm -f "service/target/$name.md"; done
KUBEBUILDER_ASSETS=${KUBEBUILDER_ASSETS:-$(.ci/control-plane/build)}
export KUBEBUILDER_ASSETS
status=0
mvn -B verify -pl service,worker-image -am -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test="$tests" -Dfailsafe.failIfNoSpecifiedTests=false \
  -Dfaults.repetitions="$repetitions" -Dfaults.outage=30 -Dfaults.only="$only" -Dfaults.continue="$resume" || status=$?

# What failed is in the tables too: a table is written after every strike.
for name in "${tables[@]}"; do
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
