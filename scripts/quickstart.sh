#!/usr/bin/env bash
# From a fresh checkout to a running Linux machine: sets up, builds limactl, starts a VM, runs a command in it.
# usage: scripts/quickstart.sh [--no-system]      as for scripts/setup.sh
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/step.sh
. scripts/step.sh

name=quickstart
bash scripts/setup.sh "$@"
bun=$(bash scripts/bun.sh)
step "build: dist/limactl" "$bun" scripts/build-binaries.ts --host

if dist/limactl list --quiet 2>/dev/null | grep -qx "$name"; then
  printf '%s\n' "boot: the instance $name exists already"
  dist/limactl start --tty=false "$name"
else
  template=$("$bun" scripts/quickstart-template.ts)
  echo "boot: starting a virtual machine (without hardware acceleration this takes a minute or two)"
  dist/limactl start --tty=false --name="$name" "$template"
fi
echo "shell: limactl shell $name uname -a ($SECONDS s since the beginning)"
# From /, which the guest has, so that no host directory is looked for there.
(cd / && "$OLDPWD/dist/limactl" shell "$name" uname -a)

printf '\nThe virtual machine runs. What next:\n'
printf '  %-38s %s\n' \
  "dist/limactl shell $name" "a shell in it" \
  "dist/limactl list" "what there is" \
  "dist/limactl stop $name" "stop it (and 'start' to start it again)" \
  "dist/limactl delete --force $name" "remove it"
