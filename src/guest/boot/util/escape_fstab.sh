#!/bin/sh
# fstab from stdin to stdout, with blanks escaped in the mount points that cloud-init wrote for 9p and virtiofs.
set -eu

# The mount point may itself hold tabs: the fields are counted from both ends.
awk -F '\t' '
	NF >= 6 && ($(NF - 3) == "virtiofs" || $(NF - 3) == "9p") && $(NF - 2) ~ /comment=cloudconfig/ {
		point = $2
		for (i = 3; i <= NF - 4; i++) point = point "\t" $i
		if (point ~ /[ \t]/) {
			gsub(/\\/, "\\134", point)
			gsub(/ /, "\\040", point)
			gsub(/\t/, "\\011", point)
			print $1 "\t" point "\t" $(NF - 3) "\t" $(NF - 2) "\t" $(NF - 1) "\t" $NF
			next
		}
	}
	{ print }
'
