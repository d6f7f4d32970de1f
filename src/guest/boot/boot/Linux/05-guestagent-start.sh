#!/bin/sh
# The guest agent: it runs from the media, under the guest's own supervisor. Its beginning takes a while where the processor
# is emulated, so the modules after this one run beside it, and ports are forwarded when the guest is ready.
set -eu

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
