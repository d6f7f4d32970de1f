#!/bin/sh
# containerd and what belongs to it, from the archive of nerdctl: unpacked when it is newer than what is there.
set -eu
[ "$LIMA_CIDATA_CONTAINERD_SYSTEM" = 1 ] || [ "$LIMA_CIDATA_CONTAINERD_USER" = 1 ] || exit 0
command -v systemctl >/dev/null || exit 0
archive=$LIMA_CIDATA_MNT/$LIMA_CIDATA_CONTAINERD_ARCHIVE
# The host could not get it, and has said so.
[ -f "$archive" ] || exit 0

prefix=$LIMA_CIDATA_GUEST_INSTALL_PREFIX
PATH=$prefix/bin:$PATH
export PATH
offered=$(mktemp -d)
trap 'rm -rf "$offered"' EXIT
tar -C "$offered" -xzf "$archive" bin/nerdctl
if [ ! -f "$prefix/bin/nerdctl" ] || [ -n "$(find "$offered/bin/nerdctl" -newer "$prefix/bin/nerdctl")" ]; then
	if [ -f "$prefix/bin/nerdctl" ]; then
		echo "Replacing $("$prefix/bin/nerdctl" --version || true) by $("$offered/bin/nerdctl" --version || true)"
		containerd_uninstall.sh || true
	fi
	mkdir -p "$prefix"
	tar -C "$prefix" -xzf "$archive"
	mkdir -p /etc/bash_completion.d
	"$prefix/bin/nerdctl" completion bash >/etc/bash_completion.d/nerdctl
fi

CONTAINERD_NAMESPACE=${CONTAINERD_NAMESPACE:-default}
CONTAINERD_SNAPSHOTTER=${CONTAINERD_SNAPSHOTTER:-overlayfs}
export CONTAINERD_NAMESPACE CONTAINERD_SNAPSHOTTER
[ "$LIMA_CIDATA_CONTAINERD_SYSTEM" != 1 ] || containerd_system.sh
[ "$LIMA_CIDATA_CONTAINERD_USER" != 1 ] || containerd_user.sh
