#!/bin/sh
# open_data_volume.sh DEVICE: mounts the data volume at /mnt/data, grown to its disk, and brings what this boot decided
# about network and time zone onto it.
set -eu

volume=$1
if command -v growpart >/dev/null && command -v resize2fs >/dev/null; then
	disk=/dev/$(basename "$(dirname "$(readlink -f "/sys/class/block/${volume#/dev/}")")")
	growpart "$disk" 1 || true
	udevadm settle || true
	! e2fsck -f -p "$volume" || resize2fs "$volume"
fi
mount -t ext4 "$volume" /mnt/data

for file in /etc/network/interfaces /etc/resolv.conf /etc/localtime /etc/timezone; do
	if [ -e "$file" ] || [ -L "$file" ]; then
		mkdir -p "/mnt/data${file%/*}"
		cp -af "$file" "/mnt/data$file"
	fi
done
if [ -d /etc/zoneinfo ]; then
	rm -rf /mnt/data/etc/zoneinfo
	cp -a /etc/zoneinfo /mnt/data/etc/zoneinfo
fi
