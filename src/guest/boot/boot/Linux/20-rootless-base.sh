#!/bin/sh
# What rootless containers need: a home of one's own, administrators' programs in PATH, cgroup delegation, unprivileged
# namespaces and ports, a range of sub-ids, and services that outlive the login.
set -eu
command -v systemctl >/dev/null || exit 0

# A mount point below the home may have made it, as root.
if [ "$(stat -c %u "$LIMA_CIDATA_HOME")" = 0 ]; then
	find "$LIMA_CIDATA_HOME" -xdev -exec chown "$LIMA_CIDATA_USER:" {} + || true
fi

for name in .profile .bashrc .zshrc; do
	shell_block.sh "$LIMA_CIDATA_HOME/$name"
done

reload=
file=/etc/systemd/system/user@.service.d/lima.conf
if [ ! -e "$file" ]; then
	mkdir -p "${file%/*}"
	printf '[Service]\nDelegate=yes\n' >"$file"
	reload=1
fi
[ -z "$reload" ] || systemctl daemon-reload

file=/etc/sysctl.d/99-lima.conf
if [ ! -e "$file" ]; then
	mkdir -p "${file%/*}"
	{
		[ ! -e /proc/sys/kernel/unprivileged_userns_clone ] || echo 'kernel.unprivileged_userns_clone=1'
		echo 'net.ipv4.ping_group_range = 0 2147483647'
		echo 'net.ipv4.ip_unprivileged_port_start=0'
	} >"$file"
	sysctl --system >/dev/null
fi

start=524288
[ "$LIMA_CIDATA_UID" -lt "$start" ] || start=$((LIMA_CIDATA_UID + 1))
for file in /etc/subuid /etc/subgid; do
	cut -d: -f1 "$file" 2>/dev/null | grep -qxF "$LIMA_CIDATA_USER" || echo "$LIMA_CIDATA_USER:$start:1073741824" >>"$file"
done

systemctl start systemd-logind
loginctl enable-linger "$LIMA_CIDATA_USER"
