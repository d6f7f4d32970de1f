#!/bin/sh
# Our part of /etc/environment. A session that began before it is ended, and from then on ssh may be used for good.
set -eu

touch /etc/environment
old=$(cat /etc/environment)
new=$(
	sed '/^#LIMA-START$/,/^#LIMA-END$/d' /etc/environment
	cat "$LIMA_CIDATA_MNT/etc_environment"
)
if [ "$old" != "$new" ]; then
	printf '%s\n' "$new" >/etc/environment
	if command -v loginctl >/dev/null; then
		loginctl terminate-user "$LIMA_CIDATA_USER" || true
	fi
fi
# What sshd is to take over counts for connections to come, and the host makes its shared one as soon as this is told.
"$LIMA_CIDATA_MNT"/boot/Linux/11-colorterm-environment.sh || true
echo "$LIMA_CIDATA_IID" >/run/lima-ssh-ready
