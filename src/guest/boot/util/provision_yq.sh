#!/bin/sh
# provision_yq.sh FILE: applies the yq expression of FILE to the file it is meant for, on behalf of that file's owner.
set -eu

index=${1##*/}
# The names were made by the host: LIMA_CIDATA_YQ_PROVISION_<8 digits>_<FIELD>.
eval "format=\$LIMA_CIDATA_YQ_PROVISION_${index}_FORMAT"
eval "owner=\$LIMA_CIDATA_YQ_PROVISION_${index}_OWNER"
eval "path=\$LIMA_CIDATA_YQ_PROVISION_${index}_PATH"
eval "permissions=\$LIMA_CIDATA_YQ_PROVISION_${index}_PERMISSIONS"
: "${format:?}" "${owner:?}" "${path:?}" "${permissions:?}"

agent=$(agent_program.sh || true)
if [ ! -x "$agent" ]; then
	echo "$path cannot be edited: the program that provides yq is not in this guest" >&2
	exit 1
fi
# sudo takes a numeric user as #UID.
user=${owner%%:*}
case $user in
'') user=root ;;
*[!0-9]*) ;;
*) user="#$user" ;;
esac

# The format by the file's name, for a file that does not exist yet.
format_of() {
	case ${1##*.} in
	csv | ini | json | toml | tsv | xml | yaml) echo "${1##*.}" ;;
	yml) echo yaml ;;
	properties) echo props ;;
	*)
		echo "WARNING: The format of $1 is not known by its name; using yaml" >&2
		echo yaml
		;;
	esac
}

sudo -u "$user" mkdir -p "$(dirname "$path")"
if [ -f "$path" ]; then
	if ! sudo -u "$user" test -w "$path"; then
		echo "$path is not writable by $user" >&2
		exit 1
	fi
	# In place, but written through the file so that its owner stays.
	result=$(mktemp)
	trap 'rm -f "$result"' EXIT
	"$agent" yq --from-file "$1" --input-format "$format" --output-format "$format" "$path" >"$result"
	cat "$result" >"$path"
else
	[ "$format" != auto ] || format=$(format_of "$path")
	result=$(mktemp)
	trap 'rm -f "$result"' EXIT
	"$agent" yq --null-input --from-file "$1" --output-format "$format" >"$result"
	# shellcheck disable=SC2024
	sudo -u "$user" tee "$path" <"$result" >/dev/null
fi
sudo -u "$user" chown "$owner" "$path" || echo "WARNING: Failed to set the owner of $path to $owner" >&2
sudo -u "$user" chmod "$permissions" "$path" || echo "WARNING: Failed to set the permissions of $path to $permissions" >&2
