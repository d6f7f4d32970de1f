#!/bin/sh
# Runs once beside sshd: the boot scripts of cidata, or the panic that a test asked for.
# shellcheck source=scripts/test-image/mini/rc-functions.sh
. /etc/rc.d/functions
if flag mini.panic; then
  say "panic on request"
  echo c >/proc/sysrq-trigger
fi
make_mounts
if [ -f "$cidata/boot.sh" ]; then
  ln -sf lima-init.log /var/log/cloud-init-output.log
  say "boot.sh begins"
  LIMA_CIDATA_MNT=$cidata "$cidata/boot.sh" >/var/log/lima-init.log 2>&1
  say "boot.sh ended with $?"
fi
say "ready"
