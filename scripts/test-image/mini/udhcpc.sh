#!/bin/sh
# What udhcpc calls when the lease changes; it passes its findings as variables.
# shellcheck disable=SC2154
case $1 in
  deconfig)
    ip addr flush dev "$interface"
    ip link set "$interface" up
    ;;
  bound | renew)
    ip addr replace "$ip/${mask:-24}" dev "$interface"
    [ -z "$router" ] || ip route replace default via "${router%% *}" dev "$interface"
    [ -z "$dns" ] || for server in $dns; do echo "nameserver $server"; done >/run/resolv.conf
    ln -sf /run/resolv.conf /etc/resolv.conf
    ;;
esac
