#!/bin/sh
# run_as_user.sh FILE: runs a script as the instance's user, in the environment of a login, with the parameters.
set -eu

user=$LIMA_CIDATA_USER
runtime=/run/user/$LIMA_CIDATA_UID
if [ -d /run/systemd/system ] && [ ! -S "$runtime/systemd/private" ]; then
	echo "Waiting for the session of $user"
	until [ -S "$runtime/systemd/private" ]; do sleep 0.2; done
fi

names=$(sed -n 's/^\(PARAM_[A-Za-z0-9_]*\)=.*/\1/p' "$LIMA_CIDATA_MNT/param.env" | tr '\n' ',')
staged=$LIMA_CIDATA_HOME/.lima-user-script
# As the user, so that nothing is written where the user could not write.
sudo -u "$user" rm -f "$staged"
# shellcheck disable=SC2024
sudo -u "$user" tee "$staged" <"$1" >/dev/null
sudo -u "$user" chmod 755 "$staged"
set -- "$staged"
[ ! -d /run ] || set -- "XDG_RUNTIME_DIR=$runtime" "$@"
[ -z "$names" ] || set -- "--preserve-env=${names%,}" "$@"
code=0
sudo -iu "$user" "$@" || code=$?
rm -f "$staged"
exit "$code"
