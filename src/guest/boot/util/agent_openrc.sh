#!/bin/sh
# agent_openrc.sh: makes the guest agent a service of OpenRC, which reads lima.env as its settings, and starts it.
set -eu

settings=/etc/conf.d/lima-guestagent
service=/etc/init.d/lima-guestagent
new=$(mktemp -d)
# Each value in double quotes, as a shell reads it.
sed -e 's/[\\"$`]/\\&/g' -e 's/^\([A-Z0-9_]*\)=\(.*\)$/\1="\2"/' "$LIMA_CIDATA_MNT/lima.env" >"$new/settings"
cat >"$new/service" <<'SERVICE'
#!/sbin/openrc-run
supervisor=supervise-daemon
name="lima-guestagent"
description="Forward ports to the lima-hostagent"
command="${LIMA_CIDATA_GUEST_INSTALL_PREFIX}/bin/lima-guestagent"
command_args="daemon --debug=${LIMA_CIDATA_DEBUG} --vsock-port \"${LIMA_CIDATA_VSOCK_PORT}\" --virtio-port \"${LIMA_CIDATA_VIRTIO_PORT}\" --socket-owner \"${LIMA_CIDATA_UID}\""
command_background=true
pidfile="/run/lima-guestagent.pid"
output_log="/var/log/lima-guestagent.log"
error_log="/var/log/lima-guestagent.log"
# Timers of the run time that a sleeping program does not need.
export MIMALLOC_PURGE_DELAY=-1 MIMALLOC_PURGE_HOLES=0 BUN_GC_TIMER_DISABLE=1

start_pre() {
	checkpath -f -m 0644 -o root:root /var/log/lima-guestagent.log
}
SERVICE
verb=start
if ! cmp -s "$new/settings" "$settings" || ! cmp -s "$new/service" "$service"; then
	mkdir -p /etc/conf.d
	cp "$new/settings" "$settings"
	chmod 600 "$settings"
	cp "$new/service" "$service"
	chmod 755 "$service"
	rc-update add lima-guestagent default
	! rc-service lima-guestagent status >/dev/null 2>&1 || verb=restart
fi
rm -rf "$new"
if [ "$verb" = restart ] || ! rc-service lima-guestagent status >/dev/null 2>&1; then
	rc-service lima-guestagent "$verb"
fi
