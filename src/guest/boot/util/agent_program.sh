#!/bin/sh
# agent_program.sh: prints the path of the guest agent that this guest's C library runs; fails when there is none.
set -eu

program=$LIMA_CIDATA_MNT/lima-guestagent
if [ -f "$program.musl" ]; then
	for loader in /lib/ld-musl-*.so.1; do
		[ ! -e "$loader" ] || program=$program.musl
	done
fi
[ -f "$program" ] || exit 1
printf '%s\n' "$program"
