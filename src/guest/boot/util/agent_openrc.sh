#!/bin/sh
# agent_openrc.sh PROGRAM [ARGUMENT...]: makes the guest agent a service of OpenRC and starts it.
set -eu

# A word inside double quotes of a shell script, itself in single quotes.
word() {
	printf " '%s'" "$(printf '%s' "$1" | sed -e "s/'/'\\\\''/g" -e 's/[\\"$`]/\\&/g')"
}

program=$1
shift
arguments=daemon
for argument in "$@"; do arguments=$arguments$(word "$argument"); done

service=/etc/init.d/lima-guestagent
new=$(mktemp)
cat >"$new" <<SERVICE
#!/sbin/openrc-run
supervisor=supervise-daemon
name="lima-guestagent"
description="Forward ports to the lima-hostagent"
command="$(printf '%s' "$program" | sed 's/[\\"$`]/\\&/g')"
command_args="$arguments"
command_background=true
pidfile="/run/lima-guestagent.pid"
output_log="/var/log/lima-guestagent.log"
error_log="/var/log/lima-guestagent.log"

start_pre() {
	checkpath -f -m 0644 -o root:root /var/log/lima-guestagent.log
}
SERVICE
verb=start
if ! cmp -s "$new" "$service"; then
	cp "$new" "$service"
	chmod 755 "$service"
	rc-update add lima-guestagent default
	! rc-service lima-guestagent status >/dev/null 2>&1 || verb=restart
fi
rm -f "$new"
if [ "$verb" = restart ] || ! rc-service lima-guestagent status >/dev/null 2>&1; then
	rc-service lima-guestagent "$verb"
fi
