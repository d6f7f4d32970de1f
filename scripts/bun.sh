#!/usr/bin/env bash
# Prints the path of this checkout's Bun: npm's link, or the executable itself where install scripts are switched off and
# the link leads to a placeholder.
set -euo pipefail
cd "$(dirname "$0")/.."
for candidate in node_modules/.bin/bun node_modules/@oven/bun-*/bin/bun; do
  if [ -x "$candidate" ] && "$candidate" --version >/dev/null 2>&1; then
    echo "$PWD/$candidate"
    exit 0
  fi
done
echo "bun.sh: no working Bun in node_modules; run scripts/setup.sh, and let npm install optional dependencies" >&2
exit 1
