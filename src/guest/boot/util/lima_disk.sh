#!/bin/sh
# lima_disk.sh NAME DEVICE FORMAT FSTYPE [MKFS_ARGUMENT...]: prepares one additional disk and mounts it or swaps on it. One
# that is not to be formatted and has no partition is left to whoever wants it so.
set -eu

name=$1
disk=/dev/$2
format=$3
fstype=$4
shift 4
label=lima-$name
partition=${disk}1

# File systems cut long labels: a label that ours begins with is ours, and what it names is not formatted again.
has_label() {
	found=$(blkid "$partition" 2>/dev/null | sed -n 's/.* LABEL="\([^"]*\)".*/\1/p')
	case $found in lima-?*) ;; *) return 1 ;; esac
	case $label in "$found"*) ;; *) return 1 ;; esac
}

wait_for() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ ! -b "$1" ] || return 0
		sleep 0.1
	done
	echo "$1 does not appear" >&2
	return 1
}

if [ "$format" = true ] && [ ! -b "/dev/disk/by-label/$label" ] && ! has_label; then
	type=linux
	[ "$fstype" != swap ] || type=swap
	echo "type=$type" | sfdisk --label gpt "$disk"
	wait_for "$partition"
	if [ "$fstype" = swap ]; then
		mkswap "$@" -L "$label" "$partition"
	else
		"mkfs.$fstype" "$@" -L "$label" "$partition"
	fi
fi

if [ "$format" != true ] && [ ! -b "$partition" ]; then
	echo "The disk $name is not formatted, as asked for"
	exit 0
fi
if [ "$fstype" = swap ]; then
	grep -q "^$partition " /proc/swaps || swapon "$partition"
	exit 0
fi
mkdir -p "/mnt/$label"
mountpoint -q "/mnt/$label" || mount -t "$fstype" "$partition" "/mnt/$label"

if command -v growpart >/dev/null && command -v resize2fs >/dev/null; then
	growpart "$disk" 1 || true
	if command -v "fsck.$fstype" >/dev/null; then
		case $fstype in
		ext2 | ext3 | ext4) resize2fs "$partition" ;;
		xfs) xfs_growfs "/mnt/$label" ;;
		*) echo "WARNING: A file system of type $fstype does not grow with its disk" >&2 ;;
		esac
	fi
fi
