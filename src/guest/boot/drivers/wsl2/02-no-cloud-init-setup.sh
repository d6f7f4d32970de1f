#!/bin/sh
# The user, keys and sudo rule that cloud-init would have made.
set -u
[ "$LIMA_CIDATA_NO_CLOUD_INIT" = 1 ] || exit 0

user=$LIMA_CIDATA_USER
useradd -u "$LIMA_CIDATA_UID" -c "$LIMA_CIDATA_COMMENT" -d "$LIMA_CIDATA_HOME" -m -s "$LIMA_CIDATA_SHELL" "$user"
mkdir -p "$LIMA_CIDATA_HOME/.ssh"
cp "$LIMA_CIDATA_MNT/ssh_authorized_keys" "$LIMA_CIDATA_HOME/.ssh/authorized_keys"
chown -R "$user:" "$LIMA_CIDATA_HOME/.ssh"
chmod 700 "$LIMA_CIDATA_HOME/.ssh"
chmod 600 "$LIMA_CIDATA_HOME/.ssh/authorized_keys"

rule="$user ALL=(ALL) NOPASSWD:ALL"
grep -qxF "$rule" /etc/sudoers.d/99_lima_sudoers 2>/dev/null || echo "$rule" >>/etc/sudoers.d/99_lima_sudoers

[ "$LIMA_CIDATA_MNT" = /mnt/lima-cidata ] || ln -sfn "$LIMA_CIDATA_MNT" /mnt/lima-cidata
