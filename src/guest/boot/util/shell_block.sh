#!/bin/sh
# shell_block.sh FILE: appends our lines to a start-up file of the user's shell, once.
set -eu

file=$1
grep -q '^# Lima BEGIN' "$file" 2>/dev/null && exit 0
new=
[ -e "$file" ] || new=1
{
	echo '# Lima BEGIN'
	echo '# Make sure iptables and mount.fuse3 are available'
	# shellcheck disable=SC2016 # the text is for the user's shell
	echo 'PATH="$PATH:/usr/sbin:/sbin"'
	echo 'export PATH'
	if compare_version.sh "$(uname -r | sed 's/[^0-9.].*//')" -lt 5.13; then
		echo 'CONTAINERD_SNAPSHOTTER="fuse-overlayfs"'
		echo 'export CONTAINERD_SNAPSHOTTER'
	fi
	echo '# Lima END'
} >>"$file"
[ -z "$new" ] || chown "$LIMA_CIDATA_USER:" "$file"
