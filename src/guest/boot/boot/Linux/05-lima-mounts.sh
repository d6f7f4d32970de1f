#!/bin/sh
# Mounts whose mount point has a blank: cloud-init writes it to fstab unescaped, so that it is not mounted. With SELinux,
# the files of virtiofs also need a label that programs may read. What is not mounted in the end is told, for cloud-init
# goes on without a word.
set -eu
case $LIMA_CIDATA_MOUNTTYPE in 9p | virtiofs) ;; *) exit 0 ;; esac

if grep -Eq '(virtiofs|9p)' /etc/fstab; then
	fixed=$(mktemp)
	escape_fstab.sh </etc/fstab >"$fixed"
	if ! cmp -s "$fixed" /etc/fstab; then
		cat "$fixed" >/etc/fstab
		awk -F '\t' '$4 ~ /comment=cloudconfig/ && $2 ~ /\\/ { print $2 }' "$fixed" | unescape_fstab.sh | while IFS= read -r blank; do
			mkdir -p "$blank"
		done
		mount -t "$LIMA_CIDATA_MOUNTTYPE" -a || true
	fi
	rm -f "$fixed"
fi

if [ "$LIMA_CIDATA_MOUNTTYPE" = virtiofs ] && [ -d /sys/fs/selinux ]; then
	label_virtiofs.sh
fi

is_mounted() {
	awk '{ print $2 }' /proc/mounts | unescape_fstab.sh | grep -Fxq -- "${1%/}"
}

missing=false
index=0
while [ "$index" -lt "$LIMA_CIDATA_MOUNTS" ]; do
	eval "point=\$LIMA_CIDATA_MOUNTS_${index}_MOUNTPOINT"
	index=$((index + 1))
	# shellcheck disable=SC2154 # set by eval
	if is_mounted "$point"; then continue; fi
	# one that lies in another mount could be made only once that was there
	mkdir -p "$point" || true
	if mount "$point" && is_mounted "$point"; then continue; fi
	echo "$point is not mounted" >&2
	missing=true
done
if $missing && ! grep -qw "$LIMA_CIDATA_MOUNTTYPE" /proc/filesystems; then
	echo "the kernel of this guest has no $LIMA_CIDATA_MOUNTTYPE (hint: set \`mountType: reverse-sshfs\`, or use another image)" >&2
fi
! $missing
