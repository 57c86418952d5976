#!/usr/bin/env bash
# names_page_test.sh SOURCE [PAGE]: docs/pytorch_names.md, or that page, names every operation, module, optimiser and
# schedule that is there, and its "Not yet" paragraphs none of them.
set -euo pipefail
cd "$1"
page="${2:-docs/pytorch_names.md}"

# The identifiers between backticks, one a line.
identifiers() { tr '\n' ' ' | grep -oE '`[^`]+`' | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u; }

named="$(awk -v RS= '!/^Not yet: /' "$page" | identifiers)"
absent="$(awk -v RS= '/^Not yet: /' "$page" | identifiers)"

# docs/ops.md has all of the op table, and the op table all declared operations (OpTableRules). Forms with a suffix
# (sum.dim) count as one, and what stands there in place with its underscore.
operations="$(awk -F' \\| ' '/^\| `/ {
  name = substr($1, 4, length($1) - 4); sub(/[.].*/, "", name); print name
  if ($4 ~ /[=+]/) { sub(/_$/, "", name); print name "_" } }' docs/ops.md | sort -u)"
modules="$(grep -hoE '^(TORCH_MODULE|XGRAD_[A-Z_]+)\([A-Z][A-Za-z0-9]+' nn/modules/*.hpp | sed 's/.*(//' | sort -u)"
optimizers="$(grep -hoE '^class [A-Za-z]+ : public (PerParameter|Optimizer|LRScheduler|Schedule|lr_scheduler::Schedule)\b' \
  optim/*.hpp optim/schedulers/*.hpp | awk '$2 !~ /^(PerParameter|Schedule)$/ { print $2 }' | sort -u)"
for list in "$operations" "$modules" "$optimizers"; do
  [[ "$(wc -l <<< "$list")" -ge 15 ]] || { echo "found next to nothing: $list"; exit 1; }
done
there="$(printf '%s\n' "$operations" "$modules" "$optimizers" | sort -u)"

failed=0
# "Conv1d to 3d" names all three.
for name in $(comm -23 <(echo "$there") <(echo "$named")); do
  grep -qxF "${name/[23]d/1d}" <<< "$named" && continue
  echo "$page does not name $name"
  failed=1
done
for name in $(comm -12 <(echo "$there") <(echo "$absent")); do
  echo "$page says that $name is not there yet, and it is"
  failed=1
done
exit "$failed"
