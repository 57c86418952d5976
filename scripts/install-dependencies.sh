#!/usr/bin/env bash
# Installs the Debian packages that xgrad needs and that are missing; does nothing, quickly, when all are there.
#
#   scripts/install-dependencies.sh            what building, testing and the examples need
#   scripts/install-dependencies.sh --ci       and what CI needs besides (clang, clang-format, clang-tidy)
#   scripts/install-dependencies.sh --list     print the missing packages, install nothing
set -euo pipefail

list="$(dirname "${BASH_SOURCE[0]}")/debian-packages.txt"
sections=build
dry_run=
for argument in "$@"; do
  case "$argument" in
    --ci) sections="build ci" ;;
    --list) dry_run=1 ;;
    *) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
done

wanted="$(awk -v sections=" $sections " '
  /^\[.*\]$/ { on = index(sections, " " substr($0, 2, length($0) - 2) " "); next }
  on && NF && !/^#/ { print $1 }' "$list")"

if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
  echo "This script installs Debian packages, and this is no Debian. xgrad needs what these packages hold:" >&2
  echo $wanted >&2
  echo "With all of that installed, go on by hand: cmake --preset release && cmake --build --preset release" >&2
  exit 1
fi

# dpkg-query exits 1 when it does not know a package at all, which is just one more that is missing.
installed="$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' $wanted 2> /dev/null |
             awk '$2 == "installed" { print $1 }' || true)"
missing="$(comm -23 <(sort -u <<< "$wanted") <(sort -u <<< "$installed") | tr '\n' ' ')"
missing="${missing% }"

if [[ -n "$dry_run" ]]; then
  [[ -z "$missing" ]] || echo "$missing"
  exit 0
fi
[[ -n "$missing" ]] || exit 0

echo "Installing: $missing"
as_root=(env DEBIAN_FRONTEND=noninteractive)
if [[ "$(id -u)" != 0 ]]; then
  if ! command -v sudo > /dev/null; then
    echo "Installing needs root, and there is no sudo here. As root: apt-get install --no-install-recommends $missing" >&2
    exit 1
  fi
  as_root=(sudo "${as_root[@]}")
fi
"${as_root[@]}" apt-get update
"${as_root[@]}" apt-get install --yes --no-install-recommends $missing
