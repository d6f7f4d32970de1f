#!/usr/bin/env bash
# Prepares this machine and this checkout for building and testing; safe to run again at any time.
# usage: scripts/setup.sh [--no-system] [--tests]
#   --no-system  leaves the system's packages alone
#   --tests      also installs what only the tests need
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/step.sh
. scripts/step.sh

system=yes
tests=no
for word in "$@"; do
  case $word in
    --no-system) system=no ;;
    --tests) tests=yes ;;
    *)
      echo "usage: scripts/setup.sh [--no-system] [--tests]" >&2
      exit 2
      ;;
  esac
done

apt_packages() {
  case $(uname -m) in
    aarch64 | arm64) echo qemu-system-arm qemu-efi-aarch64 ;;
    *) echo qemu-system-x86 ovmf ;;
  esac
  echo qemu-utils openssh-client ca-certificates procps
  # For the test guests: scripts/build-test-image.ts.
  echo mmdebstrap debian-archive-keyring fakeroot fakechroot uidmap mtools dosfstools gdisk e2fsprogs cpio lz4
  [ "$tests" = no ] || echo genisoimage xorriso shellcheck socat zstd busybox-static openssh-server rsync zsh fish man-db curl systemd ansible-core swtpm
}

missing_apt_packages() {
  local name
  for name in $(apt_packages); do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@" 2>/dev/null || sudo "$@"; fi
}

install_apt() {
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
  case " $* " in
    *" openssh-server "*)
      # The tests start an sshd of their own; this machine shall not get one that listens because of them.
      if [ -d /run/systemd/system ]; then as_root systemctl disable --now ssh; fi
      ;;
  esac
}

install_brew() {
  local name
  for name in qemu $([ "$tests" = no ] || echo xorriso shellcheck socat zstd); do
    brew list --formula "$name" >/dev/null 2>&1 || brew install "$name"
  done
}

setup_system() {
  local missing
  if command -v apt-get >/dev/null; then
    missing=$(missing_apt_packages)
    if [ -z "$missing" ]; then
      step "packages: all there" true
    elif [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
      # shellcheck disable=SC2086
      echo "packages: missing, and there is neither root nor sudo: apt-get install" $missing >&2
      return 1
    else
      # shellcheck disable=SC2086
      step "packages: installing $(echo $missing | wc -w | tr -d ' ') with apt-get" install_apt $missing
    fi
  elif command -v brew >/dev/null; then
    step "packages: qemu and tools with Homebrew" install_brew
  else
    echo "packages: no apt-get or Homebrew here; install QEMU, ssh, $(apt_packages | tail -n 1) yourself" >&2
  fi
}

npm_is_current() {
  local record=node_modules/.package-lock.json
  [ -f "$record" ] && [ ! package-lock.json -nt "$record" ]
}

# Without install scripts, npm's link leads to a placeholder: lead it to the executable.
mend_bun() {
  local bun
  bun=$(bash scripts/bun.sh)
  [ "$bun" = "$PWD/node_modules/.bin/bun" ] || ln -sf "$bun" node_modules/.bin/bun
  "$bun" --version
}

[ "$system" = no ] || setup_system
if npm_is_current; then
  step "npm packages: all there" true
else
  # No install scripts: they would only compile add-ons that are not used, and Bun's own is done by mend_bun.
  step "npm packages: npm ci" npm ci --ignore-scripts --include=optional --no-audit --no-fund
fi
step "bun: answers" mend_bun
