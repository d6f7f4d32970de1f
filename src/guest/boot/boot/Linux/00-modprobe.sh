#!/bin/sh
# Loads what containers and mounts need, while the running kernel's modules are still there: an upgrade may remove them.
set -eu
command -v modprobe >/dev/null || exit 0

modprobe -a fuse tun tap bridge veth ip_tables ip6_tables iptable_nat ip6table_nat iptable_filter ip6table_filter \
	nf_tables x_tables xt_MASQUERADE xt_addrtype xt_comment xt_conntrack xt_mark xt_multiport xt_nat xt_tcpudp overlay \
	>/dev/null 2>&1 || true
