#!/usr/bin/env bash
# check_layers_test.sh CHECK: the layer check finds each kind of violation in a small tree, and nothing else there.
set -euo pipefail
check="$1"
tree="$(mktemp -d)/a tree"
trap 'rm -rf "$(dirname "$tree")"' EXIT

file() {  # file PATH INCLUDE...
  mkdir -p "$tree/$(dirname "$1")"
  { echo "#pragma once"; printf '#include %s\n' "${@:2}"; } > "$tree/$1"
}

file autograd/array/a.hpp '<vector>' '<xgrad/autograd/array/b.hpp>'
file autograd/kernels/k.hpp '<xtensor/xarray.hpp>' '<cblas.h>' '<xgrad/autograd/array/a.hpp>'
file autograd/ops/o.cpp '<xgrad/autograd/kernels/k.hpp>' '<xgrad/autograd/graph/node.hpp>'
file nn/n.hpp '<xgrad/autograd/tensor.hpp>'
file optim/s.cpp '<xgrad/autograd/kernels/optim.hpp>'
file examples/e.cpp '<xgrad/xgrad.hpp>'
file tests/t.cpp '<gtest/gtest.h>' '"tests/support/s.hpp"' '<xgrad/autograd/kernels/k.hpp>'
"$check" "$tree"

file autograd/array/a.hpp '<xgrad/autograd/graph/node.hpp>'
file autograd/ops/o.hpp '<xgrad/autograd/kernels/k.hpp>' '<xtensor/xarray.hpp>'
file nn/n.hpp '<xgrad/autograd/kernels/k.hpp>' '"other.hpp"' '<cblas.h>'
file data/d.hpp '<xgrad/nn/n.hpp>' '<curl/curl.h>'
file optim/s.cpp '<xgrad/autograd/kernels/k.hpp>'
file examples/e.cpp '<xgrad/nn/n.hpp>'
file elsewhere/x.cpp '<vector>'

output="$("$check" "$tree" || true)"
expected=(
  'autograd/array/a.hpp:2: includes <xgrad/autograd/graph/node.hpp>: layer array'
  'autograd/ops/o.hpp:2: includes <xgrad/autograd/kernels/k.hpp>: layer ops_headers'
  'autograd/ops/o.hpp:3: includes <xtensor/xarray.hpp>: xtensor may'
  'nn/n.hpp:2: includes <xgrad/autograd/kernels/k.hpp>: layer nn'
  'nn/n.hpp:3: includes "other.hpp": headers of this project'
  'nn/n.hpp:4: includes <cblas.h>: BLAS may'
  'data/d.hpp:2: includes <xgrad/nn/n.hpp>: layer data'
  'data/d.hpp:3: includes <curl/curl.h>: libcurl may'
  'optim/s.cpp:2: includes <xgrad/autograd/kernels/k.hpp>: layer optim'
  'examples/e.cpp:2: includes <xgrad/nn/n.hpp>: layer examples'
  'elsewhere/x.cpp:2: includes <vector>: no layer'
)
status=0
for line in "${expected[@]}"; do
  grep -qF -- "$line" <<< "$output" || { echo "not found: $line"; status=1; }
done
grep -q "^${#expected[@]} of the includes" <<< "$output" || { echo "not ${#expected[@]} violations"; status=1; }
[[ $status = 0 ]] || echo "$output"
exit $status
