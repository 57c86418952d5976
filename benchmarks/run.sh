#!/usr/bin/env bash
# Everything `make bench` measures: the rows with one thread and with two, the whole notebook program against Python's,
# and what a node, the library and a compilation cost. Results go to build/bench: results.json and benchmark.svg.
#
#   benchmarks/run.sh [build folder] [seconds for each row]
#
# XGRAD_BENCH_OPENBLAS_OPENMP names the folder of OpenBLAS's OpenMP flavour if it is not beside the one in use.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build="$(realpath "${1:-build/release}")"
seconds="${2:-2}"
bench="$build/benchmarks/xgrad_bench"
out="$PWD/build/bench"
rm -rf "$out"
mkdir -p "$out/notebook"

cpu="$(awk -F': ' '/^model name/ && !n++ { print $2 }' /proc/cpuinfo)"
cores="$(nproc)"
compiler="$(${CXX:-c++} --version | awk 'NR == 1')"
printf '%s, %s cores, %s\n\n' "${cpu:=$(uname -m)}" "$cores" "$compiler"

# One thread everywhere. With two, libtorch is at its best with OpenBLAS's OpenMP flavour, which shares its pool of
# threads; with the pthreads flavour there would be two pools in each other's way.
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$bench" --threads 1 --seconds "$seconds" --json "$out/one.json" \
  --plot-data "$out/one.tsv" 2> "$out/log.txt"
# libtorch 1.13 takes AVX2 unless it is told otherwise, and a program that only has AVX2 processors to run on is told so
# by the second comparison.
half="$(awk -v s="$seconds" 'BEGIN { print s / 2 }')"
if [[ -n "$(awk '/^flags/ && /avx512vl/ && !n++' /proc/cpuinfo)" ]]; then
  printf '\nThe same against libtorch with AVX-512 (ATEN_CPU_CAPABILITY=avx512)\n'
  ATEN_CPU_CAPABILITY=avx512 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$bench" --threads 1 --seconds "$half" \
    --json "$out/libtorch_avx512.json" 2>> "$out/log.txt"
  printf '\nThe same with AVX2 for both (XGRAD_CPU_LEVEL=v3)\n'
  XGRAD_CPU_LEVEL=v3 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$bench" --threads 1 --seconds "$half" \
    --json "$out/both_avx2.json" 2>> "$out/log.txt"
fi
printf '\n'
blas="$(ldd "$bench" | awk '/libopenblas/ && !n++ { print $3 }')"
# Two threads wait for each other: when another program takes one of the processors, libtorch's times are those of the
# scheduler's slices, a hundred times too long, and say nothing.
busy() { awk '/^cpu / { print $5 + $6, $2 + $3 + $4 + $5 + $6 + $7 + $8 }' /proc/stat; }
read -r idle_before all_before < <(busy)
sleep 2
read -r idle_after all_after < <(busy)
busy_percent=$((100 - 100 * (idle_after - idle_before) / (all_after - all_before)))
openmp="${XGRAD_BENCH_OPENBLAS_OPENMP:-$(dirname "$(dirname "$(realpath "$blas")")")/openblas-openmp}"
if [[ "$cores" -lt 2 ]]; then
  echo "One processor only: nothing to measure with two threads."
elif [[ "$busy_percent" -gt 10 ]]; then
  echo "Not measured with two threads: other programs keep the processors $busy_percent % busy."
elif [[ ! -e "$openmp/libopenblas.so.0" ]]; then
  echo "Not measured with two threads: that needs OpenBLAS's OpenMP flavour (on Debian: libopenblas0-openmp)."
else
  OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 LD_LIBRARY_PATH="$openmp" "$bench" --threads 2 --seconds "$seconds" \
    --json "$out/two.json" --plot-data "$out/two.tsv" 2>> "$out/log.txt"
fi

# measured FILE COMMAND...: runs it and prints "processor seconds, MB, elapsed seconds".
measured() {
  local log="$1"
  shift
  "$bench" --measure "$@" < /dev/null 2>&1 > "$log" | tail -1
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
number() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3g", a / b }'; }

# The notebook, start to end. xgrad's program also draws its five pictures.
notebook=null
if python3_torch="$(command -v /usr/bin/python3)" && "$python3_torch" -c 'import torch' 2> /dev/null; then
  ln -s "$PWD/data" "$out/notebook/data"
  for _ in 1 2 3; do
    (cd "$out/notebook" && OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 measured ours.txt "$build/examples/classification") |
      awk '{ print $3 }' >> "$out/notebook/ours.times"
    (cd "$out/notebook" && OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 measured theirs.txt "$python3_torch" \
      "$OLDPWD/benchmarks/classification.py") | awk '{ print $3 }' >> "$out/notebook/theirs.times"
  done
  digits() { awk '/^Final/ { printf "%.6f\n", $NF }' "$1"; }
  [[ "$(digits "$out/notebook/ours.txt")" = "$(digits "$out/notebook/theirs.txt")" ]] ||
    { echo "The notebook's accuracies differ from Python's" >&2; exit 1; }
  ours="$(median < "$out/notebook/ours.times")" theirs="$(median < "$out/notebook/theirs.times")"
  printf '\nThe whole notebook program, one thread: %s s; Python'"'"'s PyTorch %s s, x%s, goal 4\n' \
    "$ours" "$theirs" "$(number "$theirs" "$ours")"
  printf '"the whole notebook program (against Python)"\t%s\t%s\t%s\t4\n' "$(number "$theirs" "$ours")" \
    "$(number "$theirs" "$ours")" "$(number "$theirs" "$ours")" >> "$out/one.tsv"
  notebook="{\"xgrad_s\": $ours, \"python_s\": $theirs, \"goal\": 4}"
else
  echo "No Python with PyTorch: the notebook is not compared."
fi

# What things cost.
declare -A node
while read -r name bytes; do node[$name]="$bytes"; done < <("$bench" --node-bytes 1000000)
strip -o "$out/libxgrad.so" "$build/libxgrad.so"
library_mb="$(number "$(stat -c %s "$out/libxgrad.so")" 1e6)"
torch_library="$(ldd "$bench" | awk '/libtorch_cpu/ { print $3 }')"
torch_mb="$([[ -z "$torch_library" ]] || number "$(stat -Lc %s "$torch_library")" 1e6)"

# compile SOURCE FLAGS...: prints the median of three compilations, "processor seconds MB".
compile() {
  for _ in 1 2 3; do measured /dev/null "${CXX:-c++}" -std=c++20 -O3 -w -c -o "$out/program.o" "$@"; done |
    sort -n | awk 'NR == 2 { print $1, $2 }'
}
awk '/^```cpp/ && !seen { on = seen = 1; next } /^```/ { on = 0 } on' README.md > "$out/readme.cpp"
read -r compile_s compile_mb < <(compile "$out/readme.cpp" -I "$build/include")
torch_s=null torch_compile_mb=null
if [[ -n "$torch_library" ]]; then
  api="$(awk -F= '/^LibTorch_API_DIR:/ { print $2 }' "$build/CMakeCache.txt")"
  read -r torch_s torch_compile_mb < <(compile benchmarks/readme_libtorch.cpp -isystem "$api")
fi
cost() { printf '%-42s %10s %10s   %s\n' "$@"; }
printf '\n'
cost '' xgrad libtorch goal
cost 'a graph node, bytes' "${node[xgrad]}" "${node[libtorch]:--}" 150
cost 'shared library without symbols, MB' "$library_mb" "${torch_mb:--}" 12
cost "compiling README's program at -O3, seconds" "$compile_s" "$torch_s" 'a third'
cost "compiling README's program at -O3, MB" "$compile_mb" "$torch_compile_mb" 'a third'

cat > "$out/results.json" << JSON
{
"machine": {"cpu": "$cpu", "cores": $cores, "compiler": "$compiler", "date": "$(date -I)"},
"costs": {
 "node_bytes": {"xgrad": ${node[xgrad]}, "libtorch": ${node[libtorch]:-null}},
 "library_mb": {"xgrad": $library_mb, "libtorch": ${torch_mb:-null}},
 "compile_readme_s": {"xgrad": $compile_s, "libtorch": $torch_s},
 "compile_readme_mb": {"xgrad": $compile_mb, "libtorch": $torch_compile_mb}
},
"notebook": $notebook,
"one_thread": $(cat "$out/one.json"),
"libtorch_with_avx512": $(cat "$out/libtorch_avx512.json" 2> /dev/null || echo null),
"both_with_avx2": $(cat "$out/both_avx2.json" 2> /dev/null || echo null),
"two_threads": $(cat "$out/two.json" 2> /dev/null || echo null)
}
JSON
rm -rf "$out/libxgrad.so" "$out/program.o" "$out/readme.cpp" "$out/notebook" "$out/one.json" "$out/two.json" "$out/libtorch_avx512.json" "$out/both_avx2.json"
echo
echo "Written: build/bench/results.json"
if command -v gnuplot > /dev/null && [[ -s "$out/one.tsv" ]]; then
  peer="libtorch $(awk '/TORCH_VERSION_M(AJOR|INOR)/ { v = v "." $3 } END { print substr(v, 2) }' "${api:-}/torch/version.h")"
  gnuplot -c benchmarks/draw.gp "$out" "$cpu, $cores cores" "$peer"
  echo "Drawn:   build/bench/benchmark.svg"
fi
