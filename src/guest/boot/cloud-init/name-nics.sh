#!/bin/sh
# Defines name_nics, which cloud-init's bootcmd calls with MAC=NAME pairs: on some releases cloud-init cannot rename a NIC
# that is already up. It does nothing where the names are right.

lima_nic_with_mac() {
	for lima_file in /sys/class/net/*/address; do
		[ "$(tr 'A-F' 'a-f' <"$lima_file")" = "$1" ] || continue
		lima_nic=${lima_file%/address}
		echo "${lima_nic##*/}"
		return
	done
}

lima_rename_nic() {
	lima_try=1
	while [ "$lima_try" -le 3 ]; do
		lima_old=$(lima_nic_with_mac "$1")
		if [ -n "$lima_old" ] && ip link set dev "$lima_old" down && ip link set dev "$lima_old" name "$2" && ip link set dev "$2" up; then
			return 0
		fi
		sleep 1
		lima_try=$((lima_try + 1))
	done
	echo "lima: no NIC with the address $1 could be named $2" >&2
}

name_nics() {
	lima_renamed=
	for lima_pair in "$@"; do
		lima_name=${lima_pair#*=}
		[ -e "/sys/class/net/$lima_name" ] && continue
		lima_rename_nic "${lima_pair%%=*}" "$lima_name"
		lima_renamed=1
	done
	[ -n "$lima_renamed" ] || return 0
	lima_try=0
	while [ "$lima_try" -lt 30 ]; do
		ip -4 addr show dev eth0 2>/dev/null | grep -q 'inet ' && return 0
		sleep 1
		lima_try=$((lima_try + 1))
	done
}
