#!/bin/sh
# containerd, BuildKit and the stargz snapshotter as services of the system.
set -eu

if [ ! -e /etc/containerd/config.toml ]; then
	mkdir -p /etc/containerd/conf.d
	cat >/etc/containerd/config.toml <<'TOML'
version = 2
imports = ["/etc/containerd/conf.d/*.toml"]
[plugins]
  [plugins."io.containerd.grpc.v1.cri"]
    enable_cdi = true
[proxy_plugins]
  [proxy_plugins."stargz"]
    type = "snapshot"
    address = "/run/containerd-stargz-grpc/containerd-stargz-grpc.sock"
TOML
fi
if [ ! -e /etc/buildkit/buildkitd.toml ]; then
	mkdir -p /etc/buildkit
	cat >/etc/buildkit/buildkitd.toml <<TOML
[worker.oci]
  enabled = false

[worker.containerd]
  enabled = true
  namespace = "$CONTAINERD_NAMESPACE"
  snapshotter = "$CONTAINERD_SNAPSHOTTER"
TOML
fi
systemctl daemon-reload
systemctl enable --now containerd buildkit stargz-snapshotter
