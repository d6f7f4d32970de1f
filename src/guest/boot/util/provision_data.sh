#!/bin/sh
# provision_data.sh FILE: copies a data file of the media to its place, with its owner and permissions.
set -eu

index=${1##*/}
# The names were made by the host: LIMA_CIDATA_DATAFILE_<8 digits>_<FIELD>.
eval "overwrite=\$LIMA_CIDATA_DATAFILE_${index}_OVERWRITE"
eval "owner=\$LIMA_CIDATA_DATAFILE_${index}_OWNER"
eval "path=\$LIMA_CIDATA_DATAFILE_${index}_PATH"
eval "permissions=\$LIMA_CIDATA_DATAFILE_${index}_PERMISSIONS"
: "${overwrite:?}" "${owner:?}" "${path:?}" "${permissions:?}"

if [ -e "$path" ] && [ "$overwrite" = false ]; then
	echo "Not overwriting $path"
	exit 0
fi
# sudo takes a numeric user as #UID.
user=${owner%%:*}
case $user in
'') user=root ;;
*[!0-9]*) ;;
*) user="#$user" ;;
esac
echo "Copying $1 to $path"
directory=$(dirname "$path")
if [ ! -d "$directory" ] && ! sudo -u "$user" mkdir -p "$directory"; then
	echo "WARNING: Failed to create $directory as $user; creating it as root" >&2
	mkdir -p "$directory"
fi
cp "$1" "$path"
chown "$owner" "$path"
chmod "$permissions" "$path"
