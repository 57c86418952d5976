#!/usr/bin/env bash
# level_symbols_test.sh NAME OBJECT: the object defines NAME and no other symbol that the linker could use for another
# file's (see autograd/kernels/levels/level_kernels.hpp).
set -euo pipefail
symbols="$(nm --defined-only --extern-only --demangle "$2" | awk '{ $1 = $2 = ""; sub(/^ +/, ""); print }')"
[[ "$symbols" = "xgrad::kernels::$1" ]] || { printf 'symbols of %s:\n%s\n' "${2##*/}" "$symbols" >&2; exit 1; }
