#!/bin/sh
# compare_version.sh A -eq|-ne|-ge|-gt|-le|-lt B: whether version A is so to version B, in the order of sort -V.
set -eu

if [ $# -ne 3 ]; then
	echo "usage: compare_version.sh A -eq|-ne|-ge|-gt|-le|-lt B" >&2
	exit 1
fi
order=0
if [ "$1" != "$3" ]; then
	order=1
	[ "$(printf '%s\n%s\n' "$1" "$3" | sort -V | head -n 1)" != "$1" ] || order=-1
fi
case $2 in
-eq) [ "$order" -eq 0 ] ;;
-ne) [ "$order" -ne 0 ] ;;
-ge) [ "$order" -ge 0 ] ;;
-gt) [ "$order" -gt 0 ] ;;
-le) [ "$order" -le 0 ] ;;
-lt) [ "$order" -lt 0 ] ;;
*)
	echo "compare_version.sh: unknown operator $2" >&2
	exit 1
	;;
esac
