#!/bin/sh
# Mount points for the host's sshfs. The guest agent itself began with 05-guestagent-start.sh.
set -eu

if [ "$LIMA_CIDATA_MOUNTTYPE" = reverse-sshfs ]; then
	index=0
	while [ "$index" -lt "$LIMA_CIDATA_MOUNTS" ]; do
		eval "point=\$LIMA_CIDATA_MOUNTS_${index}_MOUNTPOINT"
		mkdir -p "${point:?}"
		# What is mounted already belongs to the host.
		mountpoint -q "$point" || chown "$LIMA_CIDATA_UID:$(id -g "$LIMA_CIDATA_USER")" "$point"
		index=$((index + 1))
	done
fi
