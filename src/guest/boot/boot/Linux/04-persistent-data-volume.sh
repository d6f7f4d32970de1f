#!/bin/sh
# Alpine whose root is in memory: the directories that are worth keeping live on a volume of their own.
set -eu
[ -e /etc/alpine-release ] || exit 0
[ "$(awk '$2 == "/" { type = $3 } END { print type }' /proc/mounts)" = tmpfs ] || exit 0

directories="/etc /home /root /tmp /usr/local /var/lib"
# Mounts of the host's files must not be moved with the directory that holds them.
# shellcheck disable=SC2086 # a list of words
park_mounts.sh /mnt.sh $directories

mkdir -p /mnt/data
# By blkid: the links of udev can be missing while it looks at the disks again.
volume=$(blkid | sed -n 's/^\([^:]*\):.* LABEL="data-volume".*/\1/p' | head -n 1)
if [ -n "$volume" ]; then
	open_data_volume.sh "$volume"
else
	# shellcheck disable=SC2086 # a list of words
	make_data_volume.sh $directories
fi
for directory in $directories; do
	mount --bind "/mnt/data$directory" "$directory"
done
/mnt.sh
apk fix --no-network
