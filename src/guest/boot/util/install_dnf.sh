#!/bin/sh
# Installs what LIMA_NEED_* asks for, by dnf. sshfs is in EPEL, which is enabled for that alone.
set -eu

# shellcheck disable=SC1091
. /etc/os-release
major=${VERSION_ID%%.*}
oracle=
[ "${ID-}" != ol ] || oracle=1
enterprise=
case " ${ID-} ${ID_LIKE-} " in *" rhel "* | *" centos "* | *" ol "*) enterprise=$major ;; esac

install() {
	dnf -y --setopt=install_weak_deps=False "$@"
}

install_sshfs() {
	case $enterprise in
	'') install install fuse-sshfs ;;
	8)
		if [ -n "$oracle" ]; then
			install --disablerepo='*' --enablerepo=ol8_baseos_latest --enablerepo=ol8_codeready_builder install fuse-sshfs
		else
			install --enablerepo powertools install fuse-sshfs
		fi
		;;
	*)
		if [ -n "$oracle" ]; then
			install install "oracle-epel-release-el$major"
			dnf config-manager --disable "ol${major}_developer_EPEL"
			install --enablerepo "ol${major}_developer_EPEL" install fuse-sshfs
		else
			install install epel-release
			dnf config-manager --disable 'epel*'
			install --enablerepo epel install fuse-sshfs
		fi
		;;
	esac
}

set --
command -v tar >/dev/null || set -- "$@" tar
[ -z "$LIMA_NEED_IPTABLES" ] || set -- "$@" iptables
[ -z "$LIMA_NEED_ROOTLESS" ] || set -- "$@" shadow-utils
if [ "$LIMA_CIDATA_CONTAINERD_USER" = 1 ]; then
	command -v fusermount3 >/dev/null || set -- "$@" fuse3
fi
[ -z "$LIMA_NEED_RSYNC" ] || set -- "$@" rsync
[ $# -eq 0 ] || install install "$@"
[ -z "$LIMA_NEED_SSHFS" ] || install_sshfs

# stargz-snapshotter looks for the old name.
if [ "$LIMA_CIDATA_CONTAINERD_USER" = 1 ] && [ ! -e /usr/bin/fusermount ] && [ -e /usr/bin/fusermount3 ]; then
	ln -s fusermount3 /usr/bin/fusermount
fi

# Oracle's kernel has virtiofs in a package of its own.
if [ -n "$oracle" ] && [ "$LIMA_CIDATA_MOUNTTYPE" = virtiofs ] && ! modinfo virtiofs >/dev/null 2>&1; then
	dnf config-manager --enable "ol${major}_UEKR*"
	install install "kernel-uek-modules-$(uname -r)"
	mount -t virtiofs -a
fi
