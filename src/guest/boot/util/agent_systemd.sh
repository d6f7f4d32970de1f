#!/bin/sh
# agent_systemd.sh PROGRAM [ARGUMENT...]: makes the guest agent a unit of systemd and starts it.
set -eu

# A word of ExecStart=: in quotes, with the characters that systemd.service(5) gives a meaning.
word() {
	printf ' "%s"' "$(printf '%s' "$1" | sed -e 's/[\\"]/\\&/g' -e 's/%/%%/g' -e 's/\$/$$/g')"
}

unit=/etc/systemd/system/lima-guestagent.service
program=$1
shift
command=$(word "$program")\ daemon
for argument in "$@"; do command=$command$(word "$argument"); done

# The media are mounted after multi-user.target: on a reboot the condition does not hold yet, and boot.sh starts the unit.
new=$(mktemp)
cat >"$new" <<UNIT
[Unit]
Description=lima-guestagent
ConditionFileIsExecutable=$(printf '%s' "$program" | sed 's/%/%%/g')
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart=${command# }
Restart=on-failure
RestartSec=1
OOMPolicy=continue
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
UNIT
if cmp -s "$new" "$unit"; then
	verb=start
else
	cp "$new" "$unit"
	chmod 644 "$unit"
	systemctl daemon-reload
	systemctl --system enable lima-guestagent.service
	verb=restart
fi
rm -f "$new"
systemctl "$verb" lima-guestagent.service
