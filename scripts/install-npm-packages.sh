#!/usr/bin/env bash
# Installs what checks our files and Debian lacks, for node, into build/npm (40 MB): onnxruntime, in which
# scripts/check_onnx.mjs runs exported models, and a reader of safetensors for scripts/check_safetensors.mjs. Nothing is done
# when they are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(onnxruntime-web@1.17.3 safetensors@0.0.1)
folder=build/npm
installed() { for p in "${packages[@]}"; do [[ -f "$folder/node_modules/${p%@*}/package.json" ]] || return 1; done; }
! installed || exit 0
# Node from elsewhere brings its npm, which Debian's package would not go with; so that is no package of the list.
command -v npm > /dev/null || apt-get install -y --no-install-recommends npm
mkdir -p "$folder"
cd "$folder"
[[ -f package.json ]] || echo '{"private": true}' > package.json
npm install --no-audit --no-fund --ignore-scripts "${packages[@]}"
