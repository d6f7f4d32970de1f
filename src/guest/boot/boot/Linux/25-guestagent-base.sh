#!/bin/sh
# Mount points for the host's sshfs, and the guest agent: it runs from the media, under the guest's own supervisor.
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

program=$(agent_program.sh) || exit 0
link=$LIMA_CIDATA_GUEST_INSTALL_PREFIX/bin/lima-guestagent
mkdir -p "${link%/*}"
ln -sfn "$program" "$link"

# The socket's owner counts when the first channel gives no answer.
set -- --socket-owner "$LIMA_CIDATA_UID"
if [ "$LIMA_CIDATA_VSOCK_PORT" != 0 ]; then
	set -- --vsock-port "$LIMA_CIDATA_VSOCK_PORT" "$@"
elif [ -n "$LIMA_CIDATA_VIRTIO_PORT" ]; then
	set -- --virtio-port "$LIMA_CIDATA_VIRTIO_PORT" "$@"
fi
[ "$LIMA_CIDATA_DEBUG" != true ] || set -- "$@" --debug

if [ -e /sbin/openrc-run ]; then
	agent_openrc.sh
elif [ -d /run/systemd/system ]; then
	# The user's own service, of an earlier Lima, would run beside it.
	rm -f "$LIMA_CIDATA_HOME/.config/systemd/user/lima-guestagent.service"
	"$link" install-systemd --guestagent-updated=false "$@"
else
	agent_respawn.sh "$link" "$@"
fi
