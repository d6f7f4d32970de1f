#!/bin/sh
# The host, by name.
set -eu

# A copy and not sed -i: in a container /etc/hosts is a mount and cannot be replaced.
rest=$(grep -v 'host\.lima\.internal' /etc/hosts || true)
printf '%s\n%s\thost.lima.internal\n' "$rest" "$LIMA_CIDATA_SLIRP_GATEWAY" >/etc/hosts
