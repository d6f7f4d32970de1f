#!/bin/sh
# Alpine: lets root use sudo, as boot.sh does, and makes room for our user where the image's own user has its uid.
set -eu
[ -e /etc/alpine-release ] || exit 0

if [ ! -e /etc/sudoers.d/00-root-user ]; then
	mkdir -p /etc/sudoers.d
	echo 'root ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/00-root-user
	chmod 660 /etc/sudoers.d/00-root-user
fi

if [ "$LIMA_CIDATA_USER" != alpine ] && [ "$(id -u alpine 2>/dev/null)" = 1000 ]; then
	deluser alpine
	rm -rf /home/alpine
	cloud-init clean --logs
	: >"$LIMA_REBOOT_REQUIRED"
	reboot
fi
