#!/usr/bin/env bash
# doc_paths_test.sh SOURCE [PAGE...]: the files that the pages link to, or name between backticks with their folder, are
# there. Without pages, all of the repository's; text in code blocks does not count.
set -euo pipefail
cd "$1"
pages=("${@:2}")
[[ "${#pages[@]}" -gt 0 ]] || pages=(README.md CONTRIBUTING.md docs/*.md)

found=0
failed=0
for page in "${pages[@]}"; do
  text="$(awk '/^```/ { code = !code; next } !code' "$page")"
  links="$(grep -oE '\]\([^)#: ]+' <<< "$text" | cut -c 3- || true)"
  paths="$(grep -oE '`[a-zA-Z_.]+/[A-Za-z0-9_./-]*\.[a-z]+`' <<< "$text" | tr -d '`' || true)"
  for path in $links $paths; do
    found=$((found + 1))
    [[ -e "$(dirname "$page")/$path" || -e "$path" ]] && continue
    # What a run of the tests makes, and headers as the install shows them.
    [[ "$path" = build/* || -e "${path#xgrad/}" ]] && continue
    echo "$page names $path, which is not there"
    failed=1
  done
done
[[ "$found" -gt 0 ]] || { echo "no page names any file"; exit 1; }
exit "$failed"
