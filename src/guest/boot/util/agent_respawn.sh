#!/bin/sh
# agent_respawn.sh PROGRAM [ARGUMENT...]: runs the guest agent where there is no supervisor, and again when it has ended.
set -eu

pidfile=/run/lima-guestagent.pid
if [ "${LIMA_AGENT_LOOP-}" != 1 ]; then
	old=$(cat "$pidfile" 2>/dev/null || true)
	[ -z "$old" ] || kill "$old" 2>/dev/null || true
	LIMA_AGENT_LOOP=1 setsid "$0" "$@" </dev/null >>/var/log/lima-guestagent.log 2>&1 &
	exit 0
fi

echo $$ >"$pidfile"
# Timers of the run time that a sleeping program does not need.
export MIMALLOC_PURGE_DELAY=-1 MIMALLOC_PURGE_HOLES=0 BUN_GC_TIMER_DISABLE=1
child=
trap '[ -z "$child" ] || kill "$child"; exit 0' TERM INT
program=$1
shift
while :; do
	"$program" daemon "$@" &
	child=$!
	wait "$child" || true
	sleep 1
done
