#!/usr/bin/env bash
# Installs onnxruntime for node, which scripts/check_onnx.mjs runs exported models in: 35 MB into build/onnxruntime, and
# nothing when it is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=1.17.3
folder=build/onnxruntime
[[ ! -f "$folder/node_modules/onnxruntime-web/package.json" ]] || exit 0
# Node from elsewhere brings its npm, which Debian's package would not go with; so that is no package of the list.
command -v npm > /dev/null || apt-get install -y --no-install-recommends npm
mkdir -p "$folder"
cd "$folder"
[[ -f package.json ]] || echo '{"private": true}' > package.json
npm install --no-audit --no-fund --ignore-scripts "onnxruntime-web@$version"
