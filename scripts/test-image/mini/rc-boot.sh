#!/bin/sh
# Brings the mini guest up to the point where sshd can start: devices, cidata, network, user.
# shellcheck source=scripts/test-image/mini/rc-functions.sh
. /etc/rc.d/functions
mkdir -p /run
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /dev/pts /dev/shm /run/sshd /run/lock
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null
say "boot begins"
modprobe -a virtio_pci virtio_net virtio_scsi sr_mod isofs virtio_console virtio-rng fuse evdev button 2>/dev/null
chmod 666 /dev/fuse 2>/dev/null
make_host_key &
# There is no udev, so the links it would make are made here.
for port in /sys/class/virtio-ports/*; do
  name=$(cat "$port/name" 2>/dev/null)
  [ -n "$name" ] || continue
  mkdir -p /dev/virtio-ports
  ln -sf "../${port##*/}" "/dev/virtio-ports/$name"
done
mount_cidata
read_lima_env
name_interfaces
ip link set lo up
flag mini.nonet || start_network
make_user
set_hostname
wait
sync
say "boot ends"
