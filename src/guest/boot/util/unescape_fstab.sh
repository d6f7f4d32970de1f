#!/bin/sh
# Decodes the octal escapes of fstab and /proc/mounts, stdin to stdout.
set -eu

awk '
	BEGIN { code["040"] = " "; code["011"] = "\t"; code["012"] = "\n"; code["134"] = "\\"; code["043"] = "#" }
	{
		out = ""
		rest = $0
		while ((at = index(rest, "\\")) > 0) {
			digits = substr(rest, at + 1, 3)
			if (digits in code) {
				out = out substr(rest, 1, at - 1) code[digits]
				rest = substr(rest, at + 4)
			} else {
				out = out substr(rest, 1, at)
				rest = substr(rest, at + 1)
			}
		}
		print out rest
	}
'
