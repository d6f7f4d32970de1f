#!/bin/sh
# A guest without a clock of its own starts in the past: waits until the network has told the time.
set -eu
[ ! -c /dev/rtc0 ] || exit 0
command -v systemctl >/dev/null || exit 0

synchronized() {
	[ "$(timedatectl show --property=NTPSynchronized --value)" = yes ]
}

tries=0
until synchronized; do
	if [ "$tries" -eq 0 ]; then
		# timesyncd may refuse to start from a date that is too far off.
		systemctl stop systemd-timesyncd
		until [ "$(systemctl show --property=MainPID --value systemd-timesyncd)" = 0 ]; do sleep 0.1; done
		reference=$LIMA_CIDATA_MNT/user-data
		[ -f "$reference" ] || reference=$0
		date -u -s "@$(stat -c %Y "$reference")"
		systemctl start systemd-timesyncd
	fi
	tries=$((tries + 1))
	if [ "$tries" -gt 60 ]; then
		echo "The clock is not synchronized after $tries tries: $(timedatectl show --property=TimeUSec --value)" >&2
		exit 1
	fi
	echo "Waiting for the clock to be synchronized: $(timedatectl show --property=TimeUSec --value)"
	sleep 1
done
timedatectl timesync-status 2>/dev/null || true
