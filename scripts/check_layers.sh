#!/usr/bin/env bash
# Checks that includes point the way docs/architecture.md draws the arrows: down only. Two tables say what is allowed;
# a file belongs to the first layer whose pattern matches its path. Prints file:line and the rule of every violation.
#
#   scripts/check_layers.sh [folder]     the tree to check, by default the one this script is in
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

# What everything above Tensor sees of it: no kernels.
tensors="keywords array graph ops_headers tensor"

# layer        | its files                              | layers it may include
layers="
keywords       | ^autograd/(kwargs|none)[.]hpp\$        | keywords
array          | ^autograd/array/                       | keywords array
optim_kernels  | ^autograd/kernels/optim[^/]*[.]hpp\$   | keywords array kernels
kernels        | ^autograd/kernels/                     | keywords array kernels optim_kernels
graph          | ^autograd/graph/                       | keywords array graph tensor
ops_headers    | ^autograd/ops/.*[.]hpp\$               | $tensors
ops            | ^autograd/ops/                         | $tensors kernels
gradcheck      | ^autograd/gradcheck[/._]               | $tensors gradcheck
tensor         | ^autograd/[^/]*\$                      | $tensors
nn             | ^nn/                                   | $tensors nn
value          | ^serialize/value[.]hpp\$               | keywords array value
optim_headers  | ^optim/.*[.]hpp\$                      | $tensors nn optim_headers value
optim          | ^optim/                                | $tensors nn optim_headers optim_kernels value
data           | ^data/                                 | $tensors data value
serialize      | ^serialize/                            | $tensors nn optim_headers value serialize
plot           | ^plot/                                 | keywords array tensor plot
xtensor        | ^xtensor[.]hpp\$                       | keywords array tensor
umbrella       | ^xgrad[.]hpp\$                         | $tensors nn optim_headers data value serialize plot
examples       | ^examples/                             | umbrella examples
benchmarks     | ^benchmarks/                           | *
goldens        | ^scripts/goldens/                      | *
tests          | ^tests/                                | *
"

# library                | its headers                               | files that may include them
libraries='
xtensor                  | ^(xtensor|xtensor-blas|xsimd|xtl)/        | ^(autograd/kernels|tests|benchmarks)/|^xtensor[.]hpp$
BLAS                     | ^(cblas|cblas_.*|f77blas|openblas.*)[.]h$ | ^(autograd/kernels|tests|benchmarks)/
zlib                     | ^(zlib|zconf)[.]h$                        | ^((data|serialize)/.*[.]cpp$|tests/)
libcurl                  | ^curl/                                    | ^(data/.*[.]cpp$|tests/)
a test library           | ^(gtest|gmock)/                           | ^(autograd/gradcheck_gtest[.]hpp$|tests/)
a JSON library           | ^nlohmann/                                | ^(serialize/.*[.]cpp$|tests/|benchmarks/)
'

# Tracked files and those not yet added, so that it is right before a commit as well; outside of git, all there are.
sources() {
  if git rev-parse --is-inside-work-tree > /dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard -- '*.hpp' '*.cpp'
  else
    find . \( -path ./build -o -name '.?*' \) -prune -o \( -name '*.hpp' -o -name '*.cpp' \) -printf '%P\n'
  fi | while IFS= read -r file; do [[ ! -f "$file" ]] || printf '%s\n' "$file"; done | LC_ALL=C sort
}

count="$(sources | wc -l)"
[[ "$count" -gt 0 ]] || { echo "no C++ files found in $PWD" >&2; exit 1; }

sources | tr '\n' '\0' | xargs -0 grep -nHE '^[[:space:]]*#[[:space:]]*include' | LC_ALL=C sort -t: -k1,1 -k2,2n |
  LAYERS="$layers" LIBRARIES="$libraries" awk -v count="$count" '
    function trim(text) { gsub(/^ +| +$/, "", text); return text }

    function layer_of(path,   i) {
      for (i = 1; i <= layer_count; i++) if (path ~ layer_files[i]) return i
      return 0
    }

    function complain(rule) { printf "%s:%s: includes %s: %s\n", file, line, shown, rule; failures++ }

    BEGIN {
      rows = split(ENVIRON["LAYERS"], row, "\n")
      for (i = 1; i <= rows; i++) {
        if (trim(row[i]) == "") continue
        # Columns end at " | ", as a pattern may have a bare | in it.
        split(row[i], column, / +[|] /)
        layer_name[++layer_count] = trim(column[1])
        layer_files[layer_count] = trim(column[2])
        layer_may[layer_count] = " " trim(column[3]) " "
      }
      rows = split(ENVIRON["LIBRARIES"], row, "\n")
      for (i = 1; i <= rows; i++) {
        if (trim(row[i]) == "") continue
        split(row[i], column, / +[|] /)
        library_name[++library_count] = trim(column[1])
        library_headers[library_count] = trim(column[2])
        library_users[library_count] = trim(column[3])
      }
    }

    {
      match($0, /:[0-9]+:/)
      file = substr($0, 1, RSTART - 1)
      line = substr($0, RSTART + 1, RLENGTH - 2)
      shown = substr($0, RSTART + RLENGTH)
      sub(/^[ \t]*#[ \t]*include[ \t]*/, "", shown)
      if (match(shown, /^<[^>]*>/) || match(shown, /^"[^"]*"/)) shown = substr(shown, RSTART, RLENGTH)
      header = substr(shown, 2, length(shown) - 2)

      from = layer_of(file)
      if (!from) { complain("no layer in scripts/check_layers.sh has files such as " file); next }

      if (shown ~ /^"/ && file !~ /^(tests|benchmarks)\//) complain("headers of this project are included as <xgrad/...>")

      if (header ~ /^xgrad\//) {
        to = layer_of(substr(header, 7))
        if (!to) complain("no layer in scripts/check_layers.sh has such a header")
        else if (layer_may[from] != " * " && index(layer_may[from], " " layer_name[to] " ") == 0)
          complain("layer " layer_name[from] " may include" layer_may[from] "but not " layer_name[to])
        next
      }
      for (i = 1; i <= library_count; i++)
        if (header ~ library_headers[i] && file !~ library_users[i])
          complain(library_name[i] " may be included by files " library_users[i] " only")
    }

    END {
      if (failures) { printf "%d of the includes in %d files break a rule\n", failures, count; exit 1 }
      printf "%d includes in %d files point the right way\n", NR, count
    }'
