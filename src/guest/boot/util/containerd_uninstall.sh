#!/bin/sh
# Stops the units of an older containerd before it is replaced. Everything here may fail.
systemctl disable --now containerd default-buildkit stargz-snapshotter
for verb in uninstall-buildkit-containerd uninstall; do
	sudo -iu "$LIMA_CIDATA_USER" "XDG_RUNTIME_DIR=/run/user/$LIMA_CIDATA_UID" "PATH=$PATH" containerd-rootless-setuptool.sh "$verb"
done
