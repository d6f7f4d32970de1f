#!/bin/sh
# Rosetta: Intel programs on Apple silicon.
set -eu
[ "$LIMA_CIDATA_ROSETTA_ENABLED" = true ] || exit 0

if [ -e /etc/alpine-release ]; then
	rc-service procfs start --ifnotstarted
	rc-service qemu-binfmt stop --ifstarted
fi
rosetta_binfmt.sh "$LIMA_CIDATA_ROSETTA_BINFMT"
if [ -x /mnt/lima-rosetta/rosettad ]; then
	rosettad_service.sh
else
	rm -f /etc/cdi/rosetta.yaml "$LIMA_CIDATA_HOME/.config/cdi/rosetta.yaml"
fi
