#!/usr/bin/env bash
# check_reach.sh COMPILER [FLAG...] -- HEADER...
# Fails when one of the <xgrad/HEADER>s includes, directly or through others, a header of a library that the public
# headers keep out, or of xgrad's own kernels, which are not installed.
set -euo pipefail

compiler=()
while [[ "$1" != -- ]]; do compiler+=("$1"); shift; done
shift

forbidden='/(xtensor|xtensor-blas|xsimd|xtl|curl|nlohmann|xgrad/autograd/kernels)/|/(cblas[^/]*|openblas[^/]*|zip|zipconf|zlib|zconf)[.]h$'

# All files that a translation unit with these headers reads, one a line.
files_read() {
  printf '#include <xgrad/%s>\n' "$@" | "${compiler[@]}" -x c++ -M - | sed 's/\\ /\x01/g' |
    tr -s ' \\' '\n\n' | sed 's/\x01/ /g' | grep '^/'
}

all="$(files_read "$@")"
if ! grep -qE "$forbidden" <<< "$all"; then
  echo "$# public headers read $(wc -l <<< "$all") files, none of a library that they keep out"
  exit 0
fi
for header in "$@"; do
  found="$(files_read "$header" | grep -E "$forbidden" | head -n 3 || true)"
  [[ -z "$found" ]] || echo "xgrad/$header includes" $found
done
exit 1
