#!/bin/sh
# Installs what LIMA_NEED_* asks for, by apt-get.
set -eu

set --
[ -z "$LIMA_NEED_SSHFS" ] || set -- "$@" sshfs
[ -z "$LIMA_NEED_IPTABLES" ] || set -- "$@" iptables
[ -z "$LIMA_NEED_ROOTLESS" ] || set -- "$@" uidmap fuse3 dbus-user-session
[ -z "$LIMA_NEED_RSYNC" ] || set -- "$@" rsync
[ $# -gt 0 ] || exit 0

DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
apt-get update
apt-get install -y --no-upgrade --no-install-recommends -q "$@"
