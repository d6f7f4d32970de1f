#!/bin/sh
# Alpine: package repositories, sudo, a login by key, ssh forwarding, and the power button.
set -eu
[ -e /etc/alpine-release ] || exit 0

# shellcheck disable=SC1091
version=$(. /etc/os-release && echo "$VERSION_ID")
case $version in
*_alpha* | *_beta*) branch=edge ;;
*.*.*) branch=v${version%.*} ;;
*) branch=edge ;;
esac
for repository in main community; do
	line=https://dl-cdn.alpinelinux.org/alpine/$branch/$repository
	grep -qxF "$line" /etc/apk/repositories || echo "$line" >>/etc/apk/repositories
done

command -v sudo >/dev/null || apk add sudo

# Without PAM, sshd refuses keys for a locked account (!), but not for one without a password (*).
sed -i "s/^\($LIMA_CIDATA_USER:\)![^:]*:/\1*:/" /etc/shadow

# With PAM, sshd reads /etc/environment.
if grep -q -e '^AllowTcpForwarding no$' -e '^#UsePAM no$' /etc/ssh/sshd_config 2>/dev/null; then
	sed -i -e 's/^AllowTcpForwarding no$/AllowTcpForwarding yes/' -e 's/^#UsePAM no$/UsePAM yes/' /etc/ssh/sshd_config
	rc-service --ifstarted sshd reload
fi

if [ -e /etc/init.d/acpid ]; then
	rc-update add acpid default
	rc-service acpid start
fi
