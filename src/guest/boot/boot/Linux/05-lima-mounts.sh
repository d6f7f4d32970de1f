#!/bin/sh
# Mounts whose mount point has a blank: cloud-init writes it to fstab unescaped, so that it is not mounted. With SELinux,
# the files of virtiofs also need a label that programs may read.
set -eu
case $LIMA_CIDATA_MOUNTTYPE in 9p | virtiofs) ;; *) exit 0 ;; esac

if grep -Eq '(virtiofs|9p)' /etc/fstab; then
	fixed=$(mktemp)
	escape_fstab.sh </etc/fstab >"$fixed"
	if ! cmp -s "$fixed" /etc/fstab; then
		cat "$fixed" >/etc/fstab
		awk -F '\t' '$4 ~ /comment=cloudconfig/ && $2 ~ /\\/ { print $2 }' "$fixed" | unescape_fstab.sh | while IFS= read -r point; do
			mkdir -p "$point"
		done
		mount -t "$LIMA_CIDATA_MOUNTTYPE" -a || true
	fi
	rm -f "$fixed"
fi

if [ "$LIMA_CIDATA_MOUNTTYPE" = virtiofs ] && [ -d /sys/fs/selinux ]; then
	label_virtiofs.sh
fi
