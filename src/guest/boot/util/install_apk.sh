#!/bin/sh
# Installs what LIMA_NEED_* asks for, by apk.
set -eu

set --
[ -z "$LIMA_NEED_SSHFS" ] || set -- "$@" sshfs
[ -z "$LIMA_NEED_IPTABLES" ] || set -- "$@" iptables
[ -z "$LIMA_NEED_RSYNC" ] || set -- "$@" rsync
[ $# -gt 0 ] || exit 0
apk update
apk add "$@"
