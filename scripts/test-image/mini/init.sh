#!/bin/busybox sh
# shellcheck shell=dash
# First process of the mini guest: loads what the disk needs, finds the root file system and changes into it.
b=/bin/busybox
$b mount -t devtmpfs dev /dev
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
while read -r module; do $b insmod "/modules/$module"; done </modules.list
i=0
until disk=$($b findfs LABEL=mini-root 2>/dev/null) && [ -b "$disk" ]; do
  i=$((i + 1))
  [ "$i" -lt 500 ] || { echo "mini: no file system labelled mini-root"; exec $b sh; }
  $b usleep 20000
done
$b mount -t ext4 -o rw,noatime "$disk" /root || exec $b sh
for x in dev proc sys; do $b mount --move "/$x" "/root/$x"; done
exec $b switch_root /root /sbin/init
