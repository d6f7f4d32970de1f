#!/bin/sh
# Lines of fstab for the rows of `mounts` in user-data, stdin to stdout. The rows have the one shape in which the host
# writes them: - [tag, "mount point", type, "options", "0", "0"].
set -eu

awk '
	/^mounts:$/ { on = 1; next }
	on && !/^- \[/ { exit }
	on {
		row = $0
		sub(/^- \[/, "", row)
		tag = row
		sub(/,.*/, "", tag)
		sub(/^[^"]*"/, "", row)
		point = ""
		while (row != "" && substr(row, 1, 1) != "\"") {
			if (substr(row, 1, 1) == "\\") row = substr(row, 2)
			char = substr(row, 1, 1)
			point = point (char == " " ? "\\040" : char == "\\" ? "\\134" : char == "#" ? "\\043" : char)
			row = substr(row, 2)
		}
		sub(/^", /, "", row)
		split(row, rest, ", ")
		options = rest[2]
		gsub(/"/, "", options)
		print tag "\t" point "\t" rest[1] "\t" options "\t0\t0"
	}
'
