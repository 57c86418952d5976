#!/usr/bin/env bash
# Saving and loading 1 GiB of parameters, against cp of the same file and against Python's torch.save and torch.load, in
# turns on the same disk. What is written is flushed to the disk in each case. Prints medians.
#
#   benchmarks/files.sh [build folder] [rounds] [folder on the disk to measure]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program="$(realpath "${1:-build/release}")/benchmarks/xgrad_files"
rounds="${2:-5}"
folder="$(mktemp -d "${3:-${TMPDIR:-/tmp}}/xgrad-files-XXXXXX")"
trap 'rm -rf "$folder"' EXIT
megabytes=1024
export OMP_NUM_THREADS=1

python=/usr/bin/python3
"$python" -c 'import torch' 2> /dev/null || python=""
cat > "$folder/torch_files.py" << 'END'
import os, sys, time, torch
path = sys.argv[2]
if sys.argv[1] == "save":
    state = {}
    for i in range(int(sys.argv[3]) // 16):
        state[f"{i}.weight"], state[f"{i}.bias"] = torch.rand(4096, 1024), torch.rand(1024)
    start = time.perf_counter(), time.process_time()
    torch.save(state, path)
    with open(path, "rb") as file:
        os.fsync(file.fileno())
else:
    start = time.perf_counter(), time.process_time()
    state = torch.load(path)
print(f"{time.perf_counter() - start[0]:.4f} {time.process_time() - start[1]:.4f}")
END

copy_file() { # seconds, and those of the processor
  local TIMEFORMAT='%R %U %S'
  { time { cp "$folder/ours.pt" "$folder/copy.pt" && sync "$folder/copy.pt"; }; } 2>&1 | awk '{ print $1, $2 + $3 }'
}
# A virtual machine pays for memory that its host has not given it yet. So that this does not fall to whoever runs first,
# there is free memory before each turn that was in use a moment ago.
warm() { "$program" touch 3072; }
for ((i = 0; i < rounds; i++)); do
  rm -f "$folder"/*.pt && sync "$folder"
  warm
  "$program" save "$folder/ours.pt" "$megabytes" >> "$folder/save"
  warm
  copy_file >> "$folder/cp"
  rm "$folder/copy.pt"
  warm
  "$program" load "$folder/ours.pt" >> "$folder/load"
  [[ -n "$python" ]] || continue
  rm "$folder/ours.pt"
  warm
  "$python" "$folder/torch_files.py" save "$folder/theirs.pt" "$megabytes" >> "$folder/torch.save"
  warm
  "$python" "$folder/torch_files.py" load "$folder/theirs.pt" >> "$folder/torch.load"
done

median() { awk -v c="$2" '{ print $c }' "$folder/$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
printf '%-12s %9s %9s %12s %s\n' "$megabytes MiB" seconds processor "MiB/second" "memory on top"
for what in cp save torch.save load torch.load; do
  [[ -s "$folder/$what" ]] || continue
  seconds="$(median "$what" 1)"
  printf '%-12s %9s %9s %12.0f %s\n' "$what" "$seconds" "$(median "$what" 2)" \
    "$(awk -v s="$seconds" -v m="$megabytes" 'BEGIN { print m / s }')" "$(median "$what" 3)"
done
