#!/usr/bin/env bash
# check_samples.sh PROGRAM EXPECTED: each sample, run by itself, prints exactly what the file holds for it.
set -euo pipefail
diff -u --label "the page says" --label "the samples print" "$2" <(
  for sample in $(sed -n 's/^=== sample //p' "$2"); do
    echo "=== sample $sample"
    "$1" "$sample"
  done)
