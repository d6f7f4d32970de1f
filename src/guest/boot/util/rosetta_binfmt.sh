#!/bin/sh
# rosetta_binfmt.sh true|false: has the kernel start Intel programs by Rosetta, or no more.
set -eu

entry=/proc/sys/fs/binfmt_misc/rosetta
file=/usr/lib/binfmt.d/rosetta.conf
if [ "$1" != true ]; then
	[ ! -e "$entry" ] || echo -1 >"$entry"
	rm -f "$file"
	exit 0
fi
# :name:type:offset:magic:mask:interpreter:flags, magic of a 64-bit ELF file for x86-64
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3e\x00'
mask='\xff\xff\xff\xff\xff\xfe\xfe\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
line=":rosetta:M::$magic:$mask:/mnt/lima-rosetta/rosetta:OCF"
[ -e "$entry" ] || printf '%s\n' "$line" >/proc/sys/fs/binfmt_misc/register
[ ! -d "${file%/*}" ] || printf '%s\n' "$line" >"$file"
