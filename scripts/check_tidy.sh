#!/usr/bin/env bash
# Runs clang-tidy, with the checks of .clang-tidy, on sources one by one; fails when one has something to mend.
#
#   scripts/check_tidy.sh [file or folder ...]     by default nn optim data serialize
#
# Needs a configured build folder, which says how each file is compiled: BUILD=build/release unless set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tool="$(command -v clang-tidy-14 || true)"
if [[ -z "$tool" ]]; then
  echo "clang-tidy-14 not found: scripts/install-dependencies.sh --ci installs it" >&2
  exit 1
fi
build="${BUILD:-build/release}"
if [[ ! -f "$build/compile_commands.json" ]]; then
  echo "$build is not configured: cmake --preset release" >&2
  exit 1
fi

[[ $# -gt 0 ]] || set -- nn optim data serialize
mapfile -t files < <(git ls-files --cached --others --exclude-standard -- "$@" | grep '[.]cpp$' | LC_ALL=C sort -u)
if [[ ${#files[@]} -eq 0 ]]; then
  echo "no sources in: $*" >&2
  exit 1
fi

failed=0
for file in "${files[@]}"; do
  [[ -f "$file" ]] || continue
  # g++'s own warnings are unknown to clang; what clang warns of is the compiler's business, not this check's.
  if ! found="$("$tool" --quiet -p "$build" --extra-arg=-Wno-everything "$file" 2> /dev/null)"; then
    printf '%s\n' "$found"
    echo "to mend: $file"
    failed=$((failed + 1))
  fi
done
echo "clang-tidy: ${#files[@]} sources, $failed with findings"
[[ $failed -eq 0 ]]
