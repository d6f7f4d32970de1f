#!/bin/sh
# Runs what the host sent along with this guest: boot modules, then provisioning. Each script is a process of its own; one
# that fails is noted in lima-boot-errors and does not stop the others.
set -eu

run_dir=/run
[ "$(uname -s)" = Linux ] || run_dir=/var/run
mnt=${LIMA_CIDATA_MNT:-/mnt/lima-cidata}
errors=$run_dir/lima-boot-errors
code=0

LIMA_CIDATA_MNT=$mnt
LIMA_REBOOT_REQUIRED=$run_dir/lima-reboot-required
export LIMA_CIDATA_MNT LIMA_REBOOT_REQUIRED
rm -f "$run_dir/lima-boot-done" "$run_dir/lima-boot-aborted" "$LIMA_REBOOT_REQUIRED"
: >"$errors"
exec </dev/null

# One copy of all output stays in lima-boot.log, where util/boot_errors.sh finds the last words of what failed. A script's
# own output goes through a pipe that has a name, so that a daemon which keeps it open does not keep this script waiting.
logger=
start_logging() {
	fifo=$run_dir/lima-boot.fifo
	rm -f "$fifo" "$run_dir/lima-boot.log"
	(umask 077 && mkfifo "$fifo" && : >"$run_dir/lima-boot.log") || return 0
	tee "$run_dir/lima-boot.log" <"$fifo" &
	logger=$!
	exec >"$fifo" 2>&1
	rm -f "$fifo"
}

# Lets the copy end, but not for long: a daemon of a script may keep the pipe for ever.
stop_logging() {
	[ -n "$logger" ] || return 0
	exec >/dev/null 2>&1
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		kill -0 "$logger" 2>/dev/null || return 0
		sleep 0.1 2>/dev/null || sleep 1
	done
}

# BusyBox and BSD have no %:z.
now() {
	date '+%Y-%m-%dT%H:%M:%S%z' | sed 's/\(..\)$/:\1/'
}

info() {
	echo "LIMA $(now)| $*"
}

warning() {
	echo "LIMA $(now)| WARNING: $*"
}

failed() {
	warning "Failed to execute $mnt/$1"
	echo "$1" >>"$errors"
	code=1
}

# The end, expected or not: says how it went, and waits for the log.
finish() {
	status=$?
	[ "$status" -eq 0 ] || code=1
	info "Exiting with code $code"
	stop_logging
	exit "$code"
}

# Exports the lines of a file of NAME=value, raw to the end of each line.
export_lines() {
	while IFS= read -r line || [ -n "$line" ]; do
		[ -z "$line" ] || export "${line?}"
	done <"$1"
}

# Exports /etc/environment's part as pam_env would read it.
export_environment() {
	while IFS= read -r line || [ -n "$line" ]; do
		line=${line#"${line%%[! 	]*}"}
		line=${line#export }
		line=${line%%#*}
		name=${line%%=*}
		case $line in *=*) ;; *) continue ;; esac
		case $name in '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;; esac
		value=${line#*=}
		case $value in
		\"* | \'*)
			value=${value#?}
			case $value in *\" | *\') value=${value%?} ;; esac
			;;
		esac
		export "$name=$value"
	done <"$1"
}

# Runs every file that a pattern below the media matches; a pattern without a match stays a pattern and is no file.
run_each() {
	for script in "$@"; do
		[ -f "$script" ] || continue
		info "Executing $script"
		"$script" || failed "${script#"$mnt"/}"
	done
}

start_logging
trap finish EXIT
export_lines "$mnt/lima.env"
export_lines "$mnt/param.env"
export_environment "$mnt/etc_environment"
# Where the media are is known here better than on the host.
LIMA_CIDATA_MNT=$mnt
PATH=$mnt/util:$PATH
export LIMA_CIDATA_MNT PATH

os=$(uname -s)
run_each "$mnt/boot/essential.$os/"*.sh
if [ "$LIMA_CIDATA_PLAIN" = 1 ]; then
	info "Plain mode: the other boot scripts are skipped, the guest agent does not run; provisioning does"
else
	run_each "$mnt/boot/$os/"*.sh
fi

for file in "$mnt"/provision.data/*; do
	[ -f "$file" ] || continue
	info "Executing $file"
	provision_data.sh "$file" || {
		failed "${file#"$mnt"/}"
		# So that the host does not wait for what is not to come.
		echo "$LIMA_CIDATA_IID" >"$run_dir/lima-boot-aborted"
		exit 1
	}
done
for file in "$mnt"/provision.yq/*; do
	[ -f "$file" ] || continue
	info "Executing $file"
	provision_yq.sh "$file" || failed "${file#"$mnt"/}"
done
run_each "$mnt"/provision.system/*
for file in "$mnt"/provision.user/*; do
	[ -f "$file" ] || continue
	info "Executing $file (as user $LIMA_CIDATA_USER)"
	run_as_user.sh "$file" || failed "${file#"$mnt"/}"
done
if [ "$os" != Darwin ] && [ "$LIMA_CIDATA_PASSWORDLESS_SUDO" != 1 ]; then
	info "Executing $mnt/util/initial_password.sh"
	initial_password.sh || failed util/initial_password.sh
fi

if [ -e "$LIMA_REBOOT_REQUIRED" ]; then
	info "A reboot is about to happen: completion is not signalled"
else
	echo "$LIMA_CIDATA_IID" >"$run_dir/lima-boot-done"
fi
