#!/bin/sh
# The GPU's device nodes belong to these groups.
set -eu

for group in render video; do
	grep -q "^$group:" /etc/group || groupadd "$group"
	usermod -a -G "$group" "$LIMA_CIDATA_USER"
done
