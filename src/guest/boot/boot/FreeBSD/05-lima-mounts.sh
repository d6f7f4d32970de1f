#!/bin/sh
# Mounts of the host's directories: into fstab once, mounted at every boot.
set -eu

if ! grep -q '^#LIMA-START' /etc/fstab; then
	lines=$(freebsd_fstab.sh <"$LIMA_CIDATA_MNT/user-data")
	printf '#LIMA-START\n%s\n#LIMA-END\n' "$lines" >>/etc/fstab
fi
sed -n '/^#LIMA-START/,/^#LIMA-END/p' /etc/fstab | awk -F '\t' 'NF >= 6 { print $2 }' | unescape_fstab.sh | while IFS= read -r point; do
	mkdir -p "$point"
done
mount -a
