#!/bin/sh
# Installs what LIMA_NEED_* asks for, by yum of Enterprise Linux 7.
set -eu

set --
command -v tar >/dev/null || set -- "$@" tar
[ -z "$LIMA_NEED_IPTABLES" ] || set -- "$@" iptables
[ -z "$LIMA_NEED_ROOTLESS" ] || set -- "$@" shadow-utils fuse3
[ -z "$LIMA_NEED_RSYNC" ] || set -- "$@" rsync
[ -z "$LIMA_NEED_SSHFS" ] || set -- "$@" fuse-sshfs
[ $# -gt 0 ] || exit 0
case " $* " in
*" fuse"*)
	yum install -y epel-release
	yum install -y "$@"
	yum-config-manager --disable epel >/dev/null
	;;
*) yum install -y "$@" ;;
esac
