#!/bin/sh
# containerd, BuildKit and the snapshotters as services of the user, without root.
set -eu

user=$LIMA_CIDATA_USER
runtime=/run/user/$LIMA_CIDATA_UID
config=$LIMA_CIDATA_HOME/.config
if [ ! -e "$config/containerd/config.toml" ]; then
	mkdir -p "$config/containerd"
	cat >"$config/containerd/config.toml" <<TOML
version = 2
[plugins]
  [plugins."io.containerd.grpc.v1.cri"]
    enable_cdi = true
[proxy_plugins]
  [proxy_plugins."fuse-overlayfs"]
    type = "snapshot"
    address = "$runtime/containerd-fuse-overlayfs.sock"
  [proxy_plugins."stargz"]
    type = "snapshot"
    address = "$runtime/containerd-stargz-grpc/containerd-stargz-grpc.sock"
TOML
	chown -R "$user:" "$config"
fi
rootlesskit_apparmor.sh
[ ! -e "$config/systemd/user/containerd.service" ] || exit 0

until [ -S "$runtime/systemd/private" ]; do sleep 0.2; done

# SELinux would refuse the set-up, not the running.
if command -v selinuxenabled >/dev/null && selinuxenabled && [ "$(getenforce)" = Enforcing ]; then
	trap 'setenforce 1' EXIT
	setenforce 0
fi

as_user() {
	sudo -iu "$user" "XDG_RUNTIME_DIR=$runtime" "PATH=$PATH" "TERM=${TERM:-dumb}" "$@"
}
if [ "$(as_user systemctl --user show --property=RefuseManualStart --value dbus)" = no ]; then
	as_user systemctl --user enable --now dbus.socket
fi
as_user containerd-rootless-setuptool.sh install
as_user "CONTAINERD_NAMESPACE=$CONTAINERD_NAMESPACE" "CONTAINERD_SNAPSHOTTER=$CONTAINERD_SNAPSHOTTER" \
	containerd-rootless-setuptool.sh install-buildkit-containerd
# shellcheck disable=SC2016 # expanded by the user's shell
if [ "$(as_user sh -c 'echo "${CONTAINERD_SNAPSHOTTER-}"')" = fuse-overlayfs ]; then
	as_user containerd-rootless-setuptool.sh install-fuse-overlayfs
fi
if compare_version.sh "$(uname -r | sed 's/[^0-9.].*//')" -ge 5.13; then
	as_user containerd-rootless-setuptool.sh install-stargz
else
	echo "WARNING: The kernel is older than 5.13: no stargz snapshotter" >&2
fi
