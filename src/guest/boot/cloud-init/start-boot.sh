#!/bin/sh
# Mounts the media and hands over to its boot.sh. cloud-init puts this script among those that it runs last at each boot.
set -eux

case "$(uname -s)" in
Linux)
	LIMA_CIDATA_MNT=/mnt/lima-cidata
	mkdir -p "$LIMA_CIDATA_MNT"
	chmod 700 "$LIMA_CIDATA_MNT"
	# The modes in the image are those of nobody: all is root's alone, and all may be executed.
	mount -o ro,mode=0700,dmode=0700,overriderockperm,exec,uid=0 /dev/disk/by-label/cidata "$LIMA_CIDATA_MNT"
	;;
FreeBSD)
	LIMA_CIDATA_MNT=/mnt/lima-cidata
	device=/dev/iso9660/cidata
	[ -e "$device" ] || device=/dev/iso9660/CIDATA
	mkdir -p "$LIMA_CIDATA_MNT"
	chmod 700 "$LIMA_CIDATA_MNT"
	mount_cd9660 -g wheel -u root -m 0700 -o ro,exec "$device" "$LIMA_CIDATA_MNT"
	;;
Darwin)
	LIMA_CIDATA_MNT=/Volumes/cidata
	;;
*)
	echo "lima: cannot boot on $(uname -s)" >&2
	exit 1
	;;
esac
export LIMA_CIDATA_MNT
exec "$LIMA_CIDATA_MNT"/boot.sh
