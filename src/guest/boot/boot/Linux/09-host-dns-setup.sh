#!/bin/sh
# Sends questions for names to the host agent's DNS server, whose ports are not 53.
set -eu
command -v iptables >/dev/null || exit 0

ipt() {
	iptables -w -t nat "$@"
}

if ! ipt -n -L LIMADNS >/dev/null 2>&1; then
	# Without a DNS server on the host nothing is to be redirected, and a kernel without nat is no failure.
	[ "$LIMA_CIDATA_UDP_DNS_LOCAL_PORT" -ne 0 ] || [ "$LIMA_CIDATA_TCP_DNS_LOCAL_PORT" -ne 0 ] || exit 0
	ipt -N LIMADNS
fi
for chain in PREROUTING OUTPUT; do
	ipt -C "$chain" -j LIMADNS 2>/dev/null || ipt -I "$chain" 1 -j LIMADNS
done
ipt -F LIMADNS
redirect() {
	[ "$2" -ne 0 ] || return 0
	ipt -A LIMADNS -d "$LIMA_CIDATA_SLIRP_DNS" -p "$1" --dport 53 -j DNAT --to-destination "$LIMA_CIDATA_SLIRP_GATEWAY:$2"
}
redirect udp "$LIMA_CIDATA_UDP_DNS_LOCAL_PORT"
redirect tcp "$LIMA_CIDATA_TCP_DNS_LOCAL_PORT"

# From here on the kernel keeps account of every connection, those inside the guest too, for two minutes after its end. The
# table of a small guest has 4096 places; when they are taken, nothing connects any more.
limit=/proc/sys/net/netfilter/nf_conntrack_max
if [ -w $limit ] && [ "$(cat $limit)" -lt 65536 ]; then
	echo 65536 >$limit || true
fi
