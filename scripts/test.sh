#!/usr/bin/env bash
# Prepares the machine and runs every check and test; ends with the line `N passed, N failed, N skipped`.
# usage: scripts/test.sh [--no-system]     as for scripts/setup.sh
set -euo pipefail
cd "$(dirname "$0")/.."
if ! bash scripts/setup.sh --tests "$@"; then
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi
exec "$(bash scripts/bun.sh)" scripts/test.ts
