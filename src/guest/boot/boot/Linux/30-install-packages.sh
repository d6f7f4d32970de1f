#!/bin/sh
# The dependencies that provisioning brings, and then those programs that are missing, by the guest's package manager.
set -eu

failed=0
for script in "$LIMA_CIDATA_MNT"/provision.dependency/*; do
	[ -f "$script" ] || continue
	echo "Executing $script"
	if ! "$script"; then
		echo "WARNING: Failed to execute $script" >&2
		echo "${script#"$LIMA_CIDATA_MNT"/}" >>/run/lima-boot-errors
		failed=1
	fi
done
[ "$failed" -eq 0 ] || exit 1
[ "$LIMA_CIDATA_SKIP_DEFAULT_DEPENDENCY_RESOLUTION" != 1 ] || exit 0

has() {
	command -v "$1" >/dev/null
}

# Needs, for the scripts that know a manager's names: LIMA_NEED_<WHAT> is 1 or empty.
LIMA_NEED_SSHFS=
if [ "$LIMA_CIDATA_MOUNTTYPE" = reverse-sshfs ] && [ "$LIMA_CIDATA_MOUNTS" -gt 0 ]; then
	has sshfs || LIMA_NEED_SSHFS=1
fi
LIMA_NEED_IPTABLES=
case $LIMA_CIDATA_CONTAINERD_SYSTEM$LIMA_CIDATA_CONTAINERD_USER:$LIMA_CIDATA_UDP_DNS_LOCAL_PORT:$LIMA_CIDATA_TCP_DNS_LOCAL_PORT in
:0:0) ;;
*) has iptables || [ -x /usr/sbin/iptables ] || LIMA_NEED_IPTABLES=1 ;;
esac
LIMA_NEED_ROOTLESS=
if [ "$LIMA_CIDATA_CONTAINERD_USER" = 1 ]; then
	has newuidmap || LIMA_NEED_ROOTLESS=1
fi
LIMA_NEED_RSYNC=
has rsync || LIMA_NEED_RSYNC=1
export LIMA_NEED_SSHFS LIMA_NEED_IPTABLES LIMA_NEED_ROOTLESS LIMA_NEED_RSYNC

# openSUSE ships a script by the name of apt-get.
is_elf() {
	[ "$(dd if="$(command -v "$1")" bs=1 skip=1 count=3 2>/dev/null)" = ELF ]
}

if has apt-get && is_elf apt-get; then
	install_apt.sh
elif has dnf; then
	install_dnf.sh
elif has yum; then
	install_yum.sh
elif has pacman; then
	install_pacman.sh
elif has zypper; then
	install_zypper.sh
elif has apk; then
	install_apk.sh
fi
