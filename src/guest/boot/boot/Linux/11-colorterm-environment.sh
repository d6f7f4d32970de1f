#!/bin/sh
# Lets ssh hand over COLORTERM, by which programs know that the terminal has all colours.
set -eu
[ -d /etc/ssh ] || exit 0

if [ -d /etc/ssh/sshd_config.d ]; then
	file=/etc/ssh/sshd_config.d/10-acceptenv-colorterm.conf
	[ ! -e "$file" ] || exit 0
	echo 'AcceptEnv COLORTERM' >"$file"
else
	file=/etc/ssh/sshd_config
	[ -f "$file" ] || exit 0
	grep -q COLORTERM "$file" && exit 0
	grep -q '^AcceptEnv LANG LC_\*' "$file" || exit 0
	sed -i 's/^AcceptEnv LANG LC_\*/& COLORTERM/' "$file"
fi

if [ -e /sbin/openrc-run ]; then
	rc-service --ifstarted sshd reload
elif command -v systemctl >/dev/null; then
	for unit in ssh sshd; do
		if systemctl -q is-active "$unit"; then
			systemctl reload "$unit"
			break
		fi
	done
fi
