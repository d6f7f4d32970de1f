#!/bin/sh
# Installs what LIMA_NEED_* asks for, by pacman.
set -eu

set --
[ -z "$LIMA_NEED_SSHFS" ] || set -- "$@" sshfs
[ -z "$LIMA_NEED_RSYNC" ] || set -- "$@" rsync
[ $# -gt 0 ] || exit 0
pacman -Sy --noconfirm "$@"
