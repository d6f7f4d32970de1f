#!/bin/sh
# mmdebstrap hook: turns the installed packages into a cloud image. $1 is the new root.
set -eu
units=$1/etc/systemd/system
# Machine id and ssh keys are made by the guest's first boot.
: >"$1/etc/machine-id"
rm -f "$1"/etc/ssh/ssh_host_*_key* "$1/var/lib/dbus/machine-id"
echo localhost >"$1/etc/hostname"
printf '127.0.0.1 localhost\n::1 localhost\n' >"$1/etc/hosts"
# systemd-resolved owns name resolution.
ln -sf ../run/systemd/resolve/stub-resolv.conf "$1/etc/resolv.conf"
mkdir -p "$units/multi-user.target.wants"
ln -sf /lib/systemd/system/systemd-networkd.service "$units/multi-user.target.wants/systemd-networkd.service"
for unit in apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service dpkg-db-backup.timer \
  e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-pstore.service \
  console-setup.service keyboard-setup.service; do
  ln -sf /dev/null "$units/$unit"
done
# Tests start containerd, by the unit of the archive that they install it from.
rm -f "$units/multi-user.target.wants/containerd.service"
rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/var/log/*.log "$1"/var/log/apt "$1"/var/cache/debconf/*-old
