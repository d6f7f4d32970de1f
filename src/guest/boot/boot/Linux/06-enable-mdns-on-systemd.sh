#!/bin/sh
# Names below .local, by systemd-resolved.
set -eu
[ ! -e /sbin/openrc-run ] || exit 0
command -v systemctl >/dev/null && command -v resolvectl >/dev/null || exit 0
systemctl cat systemd-resolved.service >/dev/null 2>&1 || exit 0

file=/etc/systemd/resolved.conf.d/00-lima-enable-mdns.conf
wanted=$(printf '[Resolve]\nMulticastDNS=yes')
if [ "$(cat "$file" 2>/dev/null)" != "$wanted" ]; then
	mkdir -p "${file%/*}"
	printf '%s\n' "$wanted" >"$file"
	systemctl daemon-reload
	systemctl restart systemd-resolved
fi
for link in /sys/class/net/*; do
	# 772: loopback, which resolved refuses.
	[ "$(cat "$link/type")" != 772 ] || continue
	resolvectl mdns "${link##*/}" yes || echo "WARNING: No multicast DNS on ${link##*/}" >&2
done
