#!/usr/bin/env bash
# install_script_test.sh SCRIPT: the install script asks for exactly what is missing, with stand-ins for Debian's tools.
set -euo pipefail
script="$1"
tools="$(mktemp -d)"
trap 'rm -rf "$tools"' EXIT

# Everything is installed but the packages named in $MISSING: libsleef-dev is unknown, any other was removed.
cat > "$tools/dpkg-query" <<'END'
#!/usr/bin/env bash
for name in "${@:3}"; do
  case " $MISSING " in
    *" $name "*) [[ "$name" = libsleef-dev ]] || echo "$name config-files" ;;
    *) echo "$name installed" ;;
  esac
done
[[ -z "$MISSING" ]]
END
printf '#!/bin/sh\necho "apt-get $*" >> "%s/log"\n' "$tools" > "$tools/apt-get"
printf '#!/bin/sh\necho "sudo" >> "%s/log"\nexec "$@"\n' "$tools" > "$tools/sudo"
chmod +x "$tools"/*
export PATH="$tools:$PATH"

expect() {  # expect WHAT ACTUAL EXPECTED
  [[ "$2" = "$3" ]] || { printf '%s: got\n%s\nexpected\n%s\n' "$1" "$2" "$3"; exit 1; }
}

expect "all there" "$(MISSING="" "$script" 2>&1)$(cat "$tools/log" 2> /dev/null || true)" ""
expect "listed" "$(MISSING="ninja-build clang libsleef-dev" "$script" --list)" "libsleef-dev ninja-build"
expect "listed for CI" "$(MISSING="ninja-build clang libsleef-dev" "$script" --ci --list)" "clang libsleef-dev ninja-build"

MISSING="ninja-build libsleef-dev" "$script" > /dev/null
expect "installed" "$(grep -v sudo "$tools/log")" "apt-get update
apt-get install --yes --no-install-recommends libsleef-dev ninja-build"
