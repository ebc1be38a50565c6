#!/usr/bin/env bash
# Fails with an instruction if Node is missing or too old for the tools that build the panel.
set -euo pipefail

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "miStudio needs Node 20.19 or newer with npm to build its panel and found none." >&2
  exit 1
fi
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  echo "miStudio needs Node 20.19 or newer to build its panel and found $(node --version)." >&2
  exit 1
fi
