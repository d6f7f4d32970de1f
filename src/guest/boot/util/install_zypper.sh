#!/bin/sh
# Installs what LIMA_NEED_* asks for, by zypper.
set -eu

set --
[ -z "$LIMA_NEED_SSHFS" ] || set -- "$@" sshfs
[ -z "$LIMA_NEED_IPTABLES" ] || set -- "$@" iptables
if [ "$LIMA_CIDATA_CONTAINERD_USER" = 1 ]; then
	command -v mount.fuse3 >/dev/null || set -- "$@" fuse3
fi
[ -z "$LIMA_NEED_RSYNC" ] || set -- "$@" rsync
[ $# -gt 0 ] || exit 0
zypper --non-interactive install -y --no-recommends "$@"
