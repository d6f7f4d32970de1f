#!/bin/sh
# Gives the instance's user a random password, once, and leaves it in the home directory: sudo asks for it.
set -eu

user=$LIMA_CIDATA_USER
marker=$LIMA_CIDATA_HOME/.lima-password-set
[ ! -e "$marker" ] || exit 0

password=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
if command -v chpasswd >/dev/null; then
	printf '%s:%s\n' "$user" "$password" | chpasswd
elif command -v pw >/dev/null; then
	printf '%s\n' "$password" | pw usermod "$user" -h 0
else
	echo "WARNING: No program is here that sets a password" >&2
	exit 1
fi
owner="$user:$(id -gn "$user")"
umask 077
printf '%s\n' "$password" >"$LIMA_CIDATA_HOME/password"
: >"$marker"
chown "$owner" "$LIMA_CIDATA_HOME/password" "$marker"
