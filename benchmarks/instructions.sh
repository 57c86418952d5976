#!/usr/bin/env bash
# Counts the instructions of fixed work and compares them with benchmarks/instructions.txt, since times say nothing on
# machines that others use too. Fails when a count has changed by more than 3 %: what is gained is written down, or it could be
# lost again unseen.
#
#   benchmarks/instructions.sh [--renew] [BUILD]     BUILD is build/release by default; --renew writes the file anew
#
# What is counted is the same on every machine: one thread, instruction-set level v3, and only the library's own code.
# OpenBLAS and the C library choose their loops by the processor, so their instructions are left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

renew=
[[ "${1:-}" != --renew ]] || { renew=1; shift; }
program="${1:-build/release}/benchmarks/xgrad_instructions"
figures=benchmarks/instructions.txt
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export XGRAD_CPU_LEVEL=v3 XGRAD_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

# count ROW RUNS: prints the instructions of one run.
count() {
  valgrind --tool=callgrind --toggle-collect=counted --compress-strings=no --compress-pos=no --dump-line=no \
           --callgrind-out-file="$work/out" "$program" "$1" "$2" 2> "$work/log" || { cat "$work/log" >&2; return 1; }
  # Costs stand below the object (ob=) they belong to. The line after calls= is the callee's, which has its own.
  awk -v runs="$2" '
    /^ob=/ { ours = /libxgrad[.]|xgrad_instructions$/; next }
    /^calls=/ { skip = 1; next }
    /^[0-9]/ { if (!skip && ours) sum += $2; skip = 0 }
    END { if (!sum) exit 1; printf "%d\n", sum / runs }' "$work/out"
}

failed=0
while IFS='|' read -r expected runs row; do
  if [[ "$expected" = '#'* ]]; then
    echo "$expected" >> "$work/new"
    continue
  fi
  expected="${expected// /}" runs="${runs// /}" row="${row# }"
  found="$(count "$row" "$runs")" || { echo "$row: not counted"; exit 1; }
  printf '%12d | %4d | %s\n' "$found" "$runs" "$row" >> "$work/new"
  verdict="$(awk -v old="$expected" -v new="$found" 'BEGIN {
    if (!old) { print "NO FIGURE to compare with"; exit }
    change = (new / old - 1) * 100
    word = (change > 3) ? "MORE THAN 3 %" : (change < -3) ? "FEWER by more than 3 %" : ""
    printf "%+.2f %% %s", change, word }')"
  printf '%12d instructions, %12d before, %s: %s\n' "$found" "$expected" "$verdict" "$row"
  [[ "$verdict" != *MORE* && "$verdict" != *FEWER* && "$verdict" != "NO FIGURE"* ]] || failed=1
done < "$figures"

if [[ -n "$renew" ]]; then
  cp "$work/new" "$figures"
elif [[ "$failed" = 1 ]]; then
  echo "Find what changed. Where it is worth it, or a gain to keep, write the new figures: benchmarks/instructions.sh --renew"
  exit 1
fi
