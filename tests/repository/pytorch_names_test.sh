#!/usr/bin/env bash
# Whether docs/pytorch_names.md has every name of tests/data/pytorch_names.txt, and whether what it says is there is.
#
#   pytorch_names_test.sh SOURCE [PAGE]      the page, or that one, names each in the section of its module
#   pytorch_names_test.sh --source SOURCE    writes C++ that compiles if all of them exist but those that stand under "Not
#                                            there, for a reason"
#   pytorch_names_test.sh --check SOURCE     the list is that of the PyTorch that is installed; status 77 if none is
set -euo pipefail
mode=""
[[ "$1" != --* ]] || { mode="$1"; shift; }
cd "$1"
page="${2:-docs/pytorch_names.md}"
list=tests/data/pytorch_names.txt

if [[ "$mode" = --check ]]; then
  for python in python3 /usr/bin/python3; do
    status=0
    "$python" scripts/goldens/names.py --check || status=$?
    [[ "$status" = 77 ]] || exit "$status"
  done
  exit 77
fi

# section TITLE: its lines, without what is not there yet, which explains nothing.
section() { awk -v title="## $1" '/^## / { here = $0 == title } here && !/^Not yet: /' "$page"; }
# The identifiers between backticks, one a line. "Conv1d to 3d" names three.
identifiers() {
  tr '\n' ' ' | sed -E 's/`([A-Za-z_.]+)1d` to `3d`/`\11d` `\12d` `\13d`/g' | grep -oE '`[^`]+`' |
    grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u
}
# explained TITLE: the names in the left column of the section's last table.
explained() {
  section "$1" | sed -n '/^Not there, for a reason:/,$p' | grep '^| ' | sed 's/ | .*//' | identifiers
}

if [[ "$mode" = --source ]]; then
  echo "#include <xgrad/xgrad.hpp>"
  echo "struct AllMembers : xgrad::nn::Module {"
  for title in torch.nn torch.optim; do
    # Members first: a name may stand in several modules, and a using-declaration may be repeated.
    awk -v of="${title#torch.}" 'NR == FNR { absent[$1]; next }
      /^#/ || ($2 in absent) || !($1 == of || index($1, of ".") == 1) { next }
      $1 == "nn.Module" { members = members "  using Module::" $2 ";\n"; next }
      { scope = "xgrad::" $1; gsub(/[.]/, "::", scope)
        if ($3 == "module") rest = rest "namespace " $2 "_ = " scope "::" $2 ";\n"
        else rest = rest "using " scope "::" $2 ";\n" }
      { place[scope] = place[scope] rest; rest = "" }
      END { printf "%s", members
            if (of == "nn") print "};"
            for (scope in place) printf "namespace of_%d {\n%s}\n", ++n + (of == "nn" ? 0 : 100), place[scope] }' \
      <(explained "$title") "$list"
  done
  exit
fi

failed=0
count=0
for title in torch.nn torch.optim; do
  wanted="$(awk -v of="${title#torch.}" '$1 == of || index($1, of ".") == 1 { print $2 }' "$list" | sort -u)"
  count=$((count + $(wc -l <<< "$wanted")))
  for name in $(comm -23 <(echo "$wanted") <(section "$title" | identifiers)); do
    echo "$page, $title: it does not say what is of $name"
    failed=1
  done
done
[[ "$count" -ge 300 ]] || { echo "next to no names in $list"; exit 1; }
exit "$failed"
