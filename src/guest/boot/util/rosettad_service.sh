#!/bin/sh
# Rosetta's cache of translations as a service, offered to containers by a CDI device.
set -eu

socket=/var/cache/rosettad/uds/rosetta.sock
if [ -e /sbin/openrc-run ]; then
	cat >/etc/init.d/rosettad <<SERVICE
#!/sbin/openrc-run
supervisor=supervise-daemon
name="rosettad"
command="/mnt/lima-rosetta/rosettad"
command_args="daemon /var/cache/rosettad"

start_pre() {
	rm -f $socket
	mkdir -p /run/rosettad /var/cache/rosettad
}

start_post() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do [ -S $socket ] && break; sleep 1; done
	chmod go+w $socket
	ln -sf $socket /run/rosettad/rosetta.sock
}
SERVICE
	chmod 755 /etc/init.d/rosettad
	rc-update add rosettad default
	rc-service rosettad start --ifnotstarted
else
	cat >/etc/systemd/system/rosettad.service <<UNIT
[Unit]
Description=Rosetta AOT cache
RequiresMountsFor=/mnt/lima-rosetta

[Service]
RuntimeDirectory=rosettad
CacheDirectory=rosettad
ExecStartPre=-/bin/rm -f $socket
ExecStart=/mnt/lima-rosetta/rosettad daemon /var/cache/rosettad
ExecStartPost=/bin/sh -c 'until [ -S $socket ]; do sleep 0.1; done; chmod go+w $socket; ln -sf $socket /run/rosettad/rosetta.sock'
OOMPolicy=continue
OOMScoreAdjust=-500

[Install]
WantedBy=default.target
UNIT
	systemctl daemon-reload
	systemctl enable --now rosettad.service
fi

mkdir -p /etc/cdi /var/run/cdi /etc/buildkit/cdi "$LIMA_CIDATA_HOME/.config/cdi"
cat >/etc/cdi/rosetta.yaml <<CDI
cdiVersion: "0.6.0"
kind: "lima-vm.io/rosetta"
devices:
- name: cached
  containerEdits:
    mounts:
    - hostPath: $socket
      containerPath: /run/rosettad/rosetta.sock
      options: [bind]
annotations:
  org.mobyproject.buildkit.device.autoallow: true
CDI
ln -sfn /etc/cdi/rosetta.yaml "$LIMA_CIDATA_HOME/.config/cdi/rosetta.yaml"
chown -R "$LIMA_CIDATA_USER:" "$LIMA_CIDATA_HOME/.config"
