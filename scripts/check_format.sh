#!/usr/bin/env bash
# Checks that all C++ files are formatted as .clang-format says; with --fix, formats them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Releases of clang-format differ in what they make of the same style, so it is this one.
tool="$(command -v clang-format-14 || true)"
if [[ -z "$tool" ]]; then
  echo "clang-format-14 not found: scripts/install-dependencies.sh --ci installs it" >&2
  exit 1
fi

mode=(--dry-run --Werror)
[[ "${1:-}" != --fix ]] || mode=(-i)

# Files git knows or would add, so that it is right before a commit as well as after; not those deleted meanwhile.
git ls-files -z --cached --others --exclude-standard -- '*.hpp' '*.cpp' |
  while IFS= read -r -d '' file; do [[ ! -f "$file" ]] || printf '%s\0' "$file"; done |
  xargs -0 --no-run-if-empty -n 40 -P "$(nproc)" "$tool" --style=file "${mode[@]}"
