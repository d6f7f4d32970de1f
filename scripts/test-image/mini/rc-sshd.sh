#!/bin/sh
# Keeps sshd running; -r saves the second execution for each connection, half of its time under emulation.
# shellcheck source=scripts/test-image/mini/rc-functions.sh
. /etc/rc.d/functions
flag mini.nosshd && exec sleep 2147483647
exec /usr/sbin/sshd -D -e -r
