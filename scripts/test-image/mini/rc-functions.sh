# shellcheck shell=sh
# Steps of the mini guest's start, read by the scripts beside this file.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
cidata=/mnt/lima-cidata

# A line on the console with the seconds since the kernel started.
say() {
  read -r up _ </proc/uptime
  echo "mini: $1 (up ${up}s)" >/dev/console
}

# True when the kernel command line has this word.
flag() {
  read -r words </proc/cmdline
  case " $words " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

mount_cidata() {
  i=0
  until device=$(findfs LABEL=cidata 2>/dev/null); do
    i=$((i + 1))
    [ "$i" -lt 50 ] || { say "no cidata"; return; }
    usleep 50000
  done
  mkdir -p /dev/disk/by-label
  ln -sf "$device" /dev/disk/by-label/cidata
  mkdir -p $cidata
  mount -t iso9660 -o ro,mode=0700,dmode=0700,overriderockperm,exec,uid=0 "$device" $cidata
}

read_lima_env() {
  [ -f $cidata/lima.env ] || return 0
  while IFS= read -r line; do
    case $line in LIMA_*=*) export "${line?}" ;; esac
  done <$cidata/lima.env
}

# The interface that has this hardware address.
interface_of() {
  for net in /sys/class/net/*; do
    read -r address <"$net/address" && [ "$address" = "$1" ] && echo "${net##*/}"
  done
}

# Gives the interfaces the names that network-config asks for; two rounds, since names may be swapped.
name_interfaces() {
  [ -f $cidata/network-config ] || return 0
  awk '/macaddress:/ {gsub(/[\047"]/, "", $2); mac = tolower($2)} /set-name:/ {gsub(/[\047"]/, "", $2); print mac, $2}' \
    $cidata/network-config >/run/interfaces
  while read -r mac name; do
    current=$(interface_of "$mac")
    [ -z "$current" ] || [ "$current" = "$name" ] || ip link set "$current" name "was-$name"
  done </run/interfaces
  while read -r mac name; do
    [ ! -e "/sys/class/net/was-$name" ] || ip link set "was-$name" name "$name"
  done </run/interfaces
}

start_network() {
  for net in /sys/class/net/*; do
    [ "${net##*/}" = lo ] || udhcpc -i "${net##*/}" -q -n -S -t 20 -T 1 -A 1 -s /etc/rc.d/udhcpc >/dev/null 2>&1 &
  done
}

# The keys of user-data: a list below ssh-authorized-keys (or with underscores), one line each.
authorized_keys() {
  awk '/^ *-? *ssh[_-]authorized[_-]keys:/ {on = 1; next}
       on && /^ *- / {sub(/^ *- */, ""); gsub(/^["\047]|["\047] *$/, ""); gsub(/\\"/, "\""); print; next}
       {on = 0}' $cidata/user-data
}

# Adds a line that begins with "$2:" to a file that has none. A machine that is killed in its first boot may lose any one
# file, so each is looked at by itself.
add_entry() {
  grep -q "^$2:" "$1" || echo "$2:$3" >>"$1"
}

make_user() {
  user=${LIMA_CIDATA_USER:-}
  [ -n "$user" ] || return 0
  id=${LIMA_CIDATA_UID:-1000}
  home=${LIMA_CIDATA_HOME:-/home/$user.guest}
  add_entry /etc/passwd "$user" "x:$id:$id:${LIMA_CIDATA_COMMENT:-}:$home:${LIMA_CIDATA_SHELL:-/bin/bash}"
  add_entry /etc/shadow "$user" "*:19000:0:99999:7:::"
  add_entry /etc/group "$user" "x:$id:"
  if [ ! -d "$home" ]; then
    mkdir -p "$home"
    cp -r /etc/skel/. "$home"
  fi
  mkdir -p "$home/.ssh"
  chmod 700 "$home/.ssh"
  authorized_keys >"$home/.ssh/authorized_keys"
  chmod 600 "$home/.ssh/authorized_keys"
  chown "$id:$id" "$home"
  chown -R "$id:$id" "$home/.ssh"
  echo "$user ALL=(ALL) NOPASSWD:ALL" >/etc/sudoers.d/90-lima-users
  chmod 440 /etc/sudoers.d/90-lima-users
}

# A key file that lost its content to a kill is made again.
make_host_key() {
  key=/etc/ssh/ssh_host_ed25519_key
  [ -s $key ] && [ -s $key.pub ] && return
  rm -f $key $key.pub
  ssh-keygen -q -t ed25519 -N '' -f $key </dev/null
}

set_hostname() {
  name=$(awk '/^local-hostname:/ {print $2}' $cidata/meta-data 2>/dev/null)
  hostname "${name:-mini}"
  # Without its own name in /etc/hosts, sudo waits for a name server.
  grep -q " ${name:-mini}\$" /etc/hosts || echo "127.0.1.1 ${name:-mini}" >>/etc/hosts
}

# The mounts of user-data go into fstab and are made, as cloud-init does it: with their mount points unescaped.
make_mounts() {
  grep -q '^mounts:' $cidata/user-data 2>/dev/null || return 0
  touch /etc/fstab
  sed -i '/comment=cloudconfig/d' /etc/fstab
  tab=$(printf '\t')
  sed -n "/^mounts:/,/^\$/s/^- \[\([^,]*\), \"\(.*\)\", \([a-z0-9]*\), \"\([^\"]*\)\", \"0\", \"0\"\]\$/\1$tab\2$tab\3$tab\4,comment=cloudconfig${tab}0${tab}0/p" \
    $cidata/user-data >>/etc/fstab
  awk -F "$tab" '/comment=cloudconfig/ {print $2}' /etc/fstab | while IFS= read -r point; do mkdir -p "$point"; done
  modprobe -a 9p 9pnet_virtio virtiofs 2>/dev/null
  mount -a
}
