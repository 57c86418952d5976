#!/usr/bin/env bash
# Fuzzes the parsers of files with libFuzzer, under the address and undefined behaviour sanitizers.
#
#   scripts/fuzz.sh SECONDS [PARSER...]      each parser for so long; all of tests/fuzz/corpus/ when none is named
#
# Builds what it needs in build/asan (which CI has built already). What the fuzzers keep goes to build/fuzz/<parser>/corpus
# and is taken up again the next time; a file that fails goes to build/fuzz/<parser>/. To see it fail:
# build/asan/fuzz/fuzz_<parser> FILE. Mend the parser and add the file to tests/fuzz/corpus/<parser>/, where the
# ordinary suite reads it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[[ "${1:-}" =~ ^[0-9]+$ ]] || { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
seconds="$1"
shift
parsers=("$@")
[[ $# -gt 0 ]] || parsers=($(ls tests/fuzz/corpus))
for parser in "${parsers[@]}"; do
  [[ -d "tests/fuzz/corpus/$parser" ]] || { echo "no parser '$parser'; there are: $(ls -x tests/fuzz/corpus)" >&2; exit 2; }
done

cmake --preset fuzz > /dev/null
cmake --build --preset fuzz --target "${parsers[@]/#/fuzz_}"

# No input here is larger than 64 KiB, and no parser may take more than 64 MiB and a small multiple of its file. The
# first gigabyte is what the sanitizers need themselves.
limits=(-max_len=65536 -malloc_limit_mb=96 -rss_limit_mb=1024 -timeout=10)
export OPENBLAS_NUM_THREADS=1 XGRAD_NUM_THREADS=1 OMP_NUM_THREADS=1
fuzz() {  # fuzz PARSER: leaves its verdict in build/fuzz/PARSER/failed, or none
  local parser="$1" work="build/fuzz/$1" dictionary="tests/fuzz/dictionaries/$1.dict"
  mkdir -p "$work/corpus"
  rm -f "$work/failed"
  "build/asan/fuzz/fuzz_$parser" "${limits[@]}" -max_total_time="$seconds" -artifact_prefix="$work/" \
    -print_final_stats=1 ${dictionary:+-dict="$dictionary"} "$work/corpus" "tests/fuzz/corpus/$parser" \
    > "$work/log" 2>&1 || touch "$work/failed"
  printf '=== %s for %s s\n%s\n' "$parser" "$seconds" \
    "$(grep -E 'SUMMARY|ERROR|broke its promise|number_of_executed|peak_rss|Test unit written' "$work/log" || tail -n 5 "$work/log")"
}

# As many at a time as there are processors.
for parser in "${parsers[@]}"; do
  while [[ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]]; do wait -n || true; done
  fuzz "$parser" &
done
wait
failed=()
for parser in "${parsers[@]}"; do
  [[ ! -e "build/fuzz/$parser/failed" ]] || failed+=("$parser")
done
[[ ${#failed[@]} = 0 ]] || { echo "FAILED: ${failed[*]} (see build/fuzz/*/log)"; exit 1; }
