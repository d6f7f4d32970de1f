#!/bin/sh
# make_data_volume.sh DIRECTORY...: makes the data volume on the first empty disk, mounts it at /mnt/data, and copies the
# directories onto it, where they are then used from.
set -eu

# A disk without a file system, without partitions, not mounted.
empty_disk() {
	for entry in /sys/block/*; do
		name=${entry##*/}
		case $name in loop* | ram* | sr* | zram* | fd*) continue ;; esac
		set -- "$entry/$name"*
		[ ! -e "$1" ] || continue
		blkid "/dev/$name" >/dev/null 2>&1 && continue
		grep -q "^/dev/$name " /proc/mounts && continue
		echo "/dev/$name"
		return
	done
}

disk=$(empty_disk)
if [ -z "$disk" ]; then
	echo "No empty disk is here for the data volume" >&2
	exit 1
fi
echo 'type=83' | sfdisk --label dos "$disk"
udevadm settle || true
mkfs.ext4 -L data-volume "${disk}1"
mount -t ext4 "${disk}1" /mnt/data
mkdir -p /mnt/data/apk/cache /etc/apk
ln -sfn /mnt/data/apk/cache /etc/apk/cache
for directory in "$@"; do
	mkdir -p "/mnt/data$directory"
	cp -a "$directory/." "/mnt/data$directory/"
done
sync
