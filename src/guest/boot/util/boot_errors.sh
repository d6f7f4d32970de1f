#!/bin/sh
# Prints, for each script that failed at this boot, a line with its path below the media, and then its last 10 lines of
# output, each after a tab.
set -eu

run_dir=/run
[ "$(uname -s)" = Linux ] || run_dir=/var/run
mnt=${LIMA_CIDATA_MNT:-/mnt/lima-cidata}
[ -s "$run_dir/lima-boot-errors" ] || exit 0
while IFS= read -r script; do
	printf '%s\n' "$script"
	[ -r "$run_dir/lima-boot.log" ] || continue
	LIMA_SCRIPT=$mnt/$script LIMA_DEPENDENCIES=$mnt/provision.dependency/ awk '
		/^LIMA [^|]*\| Executing / { if (index($0, "| Executing " ENVIRON["LIMA_SCRIPT"])) { on = 1; count = 0 } else on = 0; next }
		/^LIMA [^|]*\| / { on = 0; next }
		# Dependencies run within a module, which tells of them without the time.
		$0 == "Executing " ENVIRON["LIMA_SCRIPT"] { on = 2; count = 0; next }
		on == 2 && ($0 == "WARNING: Failed to execute " ENVIRON["LIMA_SCRIPT"] || index($0, "Executing " ENVIRON["LIMA_DEPENDENCIES"]) == 1) { on = 0; next }
		on { lines[count++] = $0 }
		END { for (i = count > 10 ? count - 10 : 0; i < count; i++) print "\t" lines[i] }
	' "$run_dir/lima-boot.log"
done <"$run_dir/lima-boot-errors"
