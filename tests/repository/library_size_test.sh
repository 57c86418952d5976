#!/usr/bin/env bash
# library_size_test.sh LIBRARY LIMIT: without its symbols the shared library takes fewer bytes than LIMIT.
set -euo pipefail
stripped="$(mktemp)"
trap 'rm -f "$stripped"' EXIT
strip -o "$stripped" "$1"
size="$(stat -c %s "$stripped")"
echo "${1##*/}: $size bytes stripped, limit $2"
(( size < $2 )) || { echo "over the limit; docs/performance.md has what takes how much, under 'The library'" >&2; exit 1; }
