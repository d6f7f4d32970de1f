#!/bin/sh
# Gives the virtiofs mounts of fstab an SELinux label, in fstab and where they are mounted.
set -eu

fixed=$(mktemp)
awk -F '\t' -v OFS='\t' '
	$3 == "virtiofs" && $4 !~ /context/ {
		label = $1 ~ /rosetta/ ? "system_u:object_r:bin_t:s0" : "system_u:object_r:nfs_t:s0"
		sub(/comment=cloudconfig/, "comment=cloudconfig,context=\"" label "\"", $4)
	}
	{ print }
' /etc/fstab >"$fixed"
cmp -s "$fixed" /etc/fstab || cat "$fixed" >/etc/fstab
rm -f "$fixed"

tab=$(printf '\t')
while IFS=$tab read -r tag point type options _; do
	[ "$type" = virtiofs ] || continue
	label=$(printf '%s' "$options" | sed -n 's/.*context="\([^"]*\)".*/\1/p')
	live=$(awk -v tag="$tag" '$1 == tag && $3 == "virtiofs" { print $4 }' /proc/mounts)
	[ -n "$label" ] || continue
	case $live in '' | *"$label"*) continue ;; esac
	case "$tag $live" in
	*rosetta*nfs_t*) [ ! -e /proc/sys/fs/binfmt_misc/rosetta ] || echo -1 >/proc/sys/fs/binfmt_misc/rosetta ;;
	esac
	umount "$tag"
	mount -t virtiofs -o "$options" "$tag" "$(printf '%s\n' "$point" | unescape_fstab.sh)"
done </etc/fstab
