#!/bin/sh
# Additional disks: formatted on first use, mounted at /mnt/lima-<name>, grown when the disk has grown.
set -eu
[ "$LIMA_CIDATA_DISKS" -gt 0 ] || exit 0

index=0
while [ "$index" -lt "$LIMA_CIDATA_DISKS" ]; do
	eval "name=\$LIMA_CIDATA_DISK_${index}_NAME"
	eval "device=\$LIMA_CIDATA_DISK_${index}_DEVICE"
	eval "format=\$LIMA_CIDATA_DISK_${index}_FORMAT"
	eval "fstype=\$LIMA_CIDATA_DISK_${index}_FSTYPE"
	eval "fsargs=\$LIMA_CIDATA_DISK_${index}_FSARGS"
	# shellcheck disable=SC2154,SC2086 # set by eval; the arguments are words
	lima_disk.sh "$name" "$device" "${format:-true}" "${fstype:-ext4}" $fsargs
	index=$((index + 1))
done
