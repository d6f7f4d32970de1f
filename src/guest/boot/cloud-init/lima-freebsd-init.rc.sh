#!/bin/sh
# shellcheck disable=SC1091,SC2034
# PROVIDE: lima_freebsd_init
# REQUIRE: DAEMON
# BEFORE: LOGIN
. /etc/rc.subr
name="lima_freebsd_init"
rcvar="lima_freebsd_init_enable"
start_cmd="/usr/sbin/lima-freebsd-init.sh"
stop_cmd=":"
load_rc_config "$name"
run_rc_command "$1"
