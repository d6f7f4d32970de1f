#!/bin/sh
# mmdebstrap hook: settings that must be there before the kernel's package makes its initial RAM disk.
# $1 is the new root.
set -eu
mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"
# Only the drivers of a QEMU guest: a general initial RAM disk takes seconds longer to unpack under emulation.
printf 'MODULES=list\nCOMPRESS=lz4\n' >"$1/etc/initramfs-tools/conf.d/test-guest"
printf '%s\n' virtio_pci virtio_blk virtio_scsi sd_mod ext4 >"$1/usr/share/initramfs-tools/modules.d/test-guest"
