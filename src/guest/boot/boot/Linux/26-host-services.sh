#!/bin/sh
# The place for sockets of the host, such as the ssh agent's.
set -eu

directory=/run/host-services
mkdir -p "$directory"
chmod 700 "$directory"
chown "$LIMA_CIDATA_USER:" "$directory"
