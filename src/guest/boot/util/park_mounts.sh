#!/bin/sh
# park_mounts.sh SCRIPT DIRECTORY...: unmounts what is mounted at or below the directories (but ext4 and tmpfs), and writes
# a script that mounts it again.
set -eu

script=$1
shift
printf '#!/bin/sh\nset -eux\n' >"$script"
chmod 755 "$script"

quote() {
	printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"$`]/\\&/g')"
}

# Numbers in /proc/mounts, names on the command line.
options_of() {
	printf '%s' "$1" | sed -e 's/cache=8f/cache=fscache/' -e 's/cache=f\(,\|$\)/cache=loose\1/' \
		-e 's/cache=5/cache=mmap/' -e 's/cache=1\(,\|$\)/cache=readahead\1/' -e 's/cache=0x0\{0,1\}\(,\|$\)/cache=none\1/' \
		-e 's/cache=0\(,\|$\)/cache=none\1/'
}

while read -r device point type options _; do
	case $type in ext4 | tmpfs) continue ;; esac
	point=$(printf '%s\n' "$point" | unescape_fstab.sh)
	for directory in "$@"; do
		case $point in
		"$directory" | "$directory"/*)
			umount "$point"
			device=$(printf '%s\n' "$device" | unescape_fstab.sh)
			echo "mount -t $type -o $(quote "$(options_of "$options")") $(quote "$device") $(quote "$point")" >>"$script"
			;;
		esac
	done
done </proc/mounts
