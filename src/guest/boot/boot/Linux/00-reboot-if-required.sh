#!/bin/sh
# dnf: reboots after upgrades that ask for it. cloud-init does so itself where there is apt.
set -eu
[ "$LIMA_CIDATA_UPGRADE_PACKAGES" = 1 ] || exit 0
command -v dnf >/dev/null || exit 0
dnf needs-restarting --help >/dev/null 2>&1 || exit 0

code=0
dnf check-update >/dev/null || code=$?
[ "$code" -ne 1 ] || exit 0
code=0
said=$(LC_ALL=C.UTF-8 dnf needs-restarting -r) || code=$?
echo "$said"
case "$code $said" in
"1 "*"Reboot is required"*)
	: >"$LIMA_REBOOT_REQUIRED"
	systemctl reboot
	;;
esac
