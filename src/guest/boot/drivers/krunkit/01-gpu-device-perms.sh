#!/bin/sh
# The GPU for everyone in the guest, now and after each of udev's looks.
set -eu

cat >/etc/udev/rules.d/70-lima-drm.rules <<'RULES'
SUBSYSTEM=="drm", KERNEL=="renderD*", MODE="0666"
SUBSYSTEM=="drm", KERNEL=="card*", MODE="0666"
RULES
udevadm control --reload-rules || true
udevadm trigger --subsystem-match=drm || true
for node in /dev/dri/renderD* /dev/dri/card*; do
	[ ! -e "$node" ] || chmod 666 "$node"
done
