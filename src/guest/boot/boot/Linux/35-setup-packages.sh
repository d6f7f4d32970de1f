#!/bin/sh
# What the packages need: mounts that others may see, and the DNS redirection where iptables has only just come.
set -eu

if [ "$LIMA_CIDATA_MOUNTTYPE" = reverse-sshfs ]; then
	if [ "$LIMA_CIDATA_MOUNTS" -gt 0 ]; then
		file=/etc/fuse.conf
		[ ! -e /etc/fuse3.conf ] || file=/etc/fuse3.conf
		grep -q '^[[:space:]]*user_allow_other' "$file" 2>/dev/null || echo user_allow_other >>"$file"
	fi
	if [ -e /etc/apparmor.d/fusermount3 ] && [ ! -e /etc/apparmor.d/local/fusermount3 ]; then
		mkdir -p /etc/apparmor.d/local
		cat >/etc/apparmor.d/local/fusermount3 <<'PROFILE'
# The home directory itself may be a mount of the host's.
mount fstype=@{fuse_types} options=(nosuid,nodev) options in (ro,rw,noatime,dirsync,nodiratime,noexec,sync) -> @{HOME}/,
umount @{HOME}/,
PROFILE
		apparmor_parser -r /etc/apparmor.d/fusermount3
	fi
	echo "$LIMA_CIDATA_IID" >/run/lima-fuse-ready
fi

if [ "$LIMA_CIDATA_UDP_DNS_LOCAL_PORT" -ne 0 ] || [ "$LIMA_CIDATA_TCP_DNS_LOCAL_PORT" -ne 0 ]; then
	"$LIMA_CIDATA_MNT"/boot/Linux/09-host-dns-setup.sh
fi
