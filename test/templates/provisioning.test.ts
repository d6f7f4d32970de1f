import { describe, expect, test } from "bun:test";
import { Sandbox } from "./sandbox.ts";
import { aliases, names, templateOf } from "./shipped.ts";

// The provisioning scripts run for real, in a made-up root directory where installers and services are stand-ins.

interface Guest {
  /** Programs by the shell text they run when a script calls them. */
  readonly standIns: Readonly<Record<string, string>>;
  /** Programs that are there once an installer has provided them. */
  readonly later?: Readonly<Record<string, string>>;
  /** Guest files that an image has. */
  readonly files?: Readonly<Record<string, string>>;
  readonly param?: Readonly<Record<string, string>>;
  /** Command lines that the first boot must contain. */
  readonly firstBoot: readonly string[];
  /** Command lines of a later boot that are right, although they look like work. */
  readonly everyBoot?: readonly string[];
}

const hosts = { "etc/hosts": "127.0.0.1 localhost\n192.168.5.2\thost.lima.internal\n" };
const dockerProgram = `case "$*" in
  "context inspect rootless") [ -e "$STATE/rootless" ] ;;
  "context show") cat "$STATE/context" 2>/dev/null || echo default ;;
  "context use rootless") echo rootless >"$STATE/context" ;;
  esac`;
const kubeadm = `case "$*" in
  "config images list"*) printf '%s\\n' registry.k8s.io/kube-apiserver:v1.36.1 registry.k8s.io/pause:3.10 ;;
  init*) mkdir -p "$ROOT/etc/kubernetes"; echo "    server: https://192.168.5.15:6443" >"$ROOT/etc/kubernetes/admin.conf" ;;
  join*) mkdir -p "$ROOT/etc/kubernetes"; touch "$ROOT/etc/kubernetes/kubelet.conf" ;;
  esac`;
const k8s = {
  standIns: {
    modprobe: "",
    sysctl: "",
    curl: 'while [ $# -gt 0 ]; do if [ "$1" = -o ]; then echo key >"$2"; fi; shift; done',
    "apt-get": "case $1 in install) provide kubelet kubeadm kubectl ;; esac",
    "apt-mark": "",
  },
  later: { kubeadm },
};
const installK3s = `echo 'echo "k3s-install $* $K3S_URL $K3S_TOKEN $INSTALL_K3S_ARTIFACT_URL" >>"$CALLS"; mkdir -p "$ROOT/var/lib/rancher/k3s"'`;
const noParams = { proxy: "", mirror: "", url: "", token: "" };
const k8sParams = {
  ...noParams,
  stability: "stable",
  release: "v1.36",
  version: "stable",
  flannelVersion: "v0.28.9",
  discoveryTokenCaCertHash: "",
};

const guests: Readonly<Record<string, Guest>> = {
  docker: {
    standIns: {
      curl: "echo provide docker dockerd-rootless-setuptool.sh",
      "apt-get": "provide newuidmap",
    },
    later: {
      docker: dockerProgram,
      "dockerd-rootless-setuptool.sh": 'touch "$STATE/rootless"; echo enabled >"$STATE/user-docker.service"',
    },
    files: hosts,
    firstBoot: [
      "curl -fsSL https://get.docker.com",
      "systemctl mask docker.service docker.socket containerd.service",
      "apt-get install -y uidmap dbus-user-session",
      "dockerd-rootless-setuptool.sh install",
      "docker context use rootless",
    ],
  },
  "docker-rootful": {
    standIns: { curl: "echo provide docker" },
    files: hosts,
    firstBoot: ["curl -fsSL https://get.docker.com"],
  },
  podman: {
    standIns: { dnf: "provide podman" },
    firstBoot: ["dnf -y install --best podman", "systemctl --user enable --now podman.socket"],
  },
  "podman-rootful": {
    standIns: { dnf: "provide podman", "systemd-tmpfiles": "" },
    firstBoot: ["dnf -y install --best podman", "systemctl enable --now podman.socket"],
  },
  apptainer: {
    standIns: { "add-apt-repository": "", "apt-get": "case $1 in install) provide apptainer ;; esac" },
    firstBoot: ["add-apt-repository -y ppa:apptainer/ppa", "apt-get install -y apptainer"],
  },
  "apptainer-rootful": {
    standIns: { "add-apt-repository": "", "apt-get": "case $1 in install) provide apptainer ;; esac" },
    firstBoot: ["apt-get install -y apptainer-suid"],
  },
  faasd: {
    standIns: { curl: `echo 'touch "$STATE/faasd.service.unit"'` },
    firstBoot: ["curl -fsSL https://raw.githubusercontent.com/openfaas/faasd/master/hack/install.sh"],
  },
  k3s: {
    standIns: { curl: installK3s },
    param: noParams,
    firstBoot: ["k3s-install server --write-kubeconfig-mode 644   "],
  },
  k0s: {
    standIns: { curl: "echo provide k0s" },
    later: { k0s: 'case $1 in install) touch "$STATE/k0scontroller.service.unit" ;; esac' },
    firstBoot: [
      "curl -fsSL https://get.k0s.sh",
      "k0s install controller --single",
      "systemctl start k0scontroller.service",
    ],
  },
  k8s: {
    ...k8s,
    param: k8sParams,
    firstBoot: [
      "apt-get install -y kubelet kubeadm kubectl",
      "apt-mark hold kubelet kubeadm kubectl",
      "systemctl restart containerd.service",
      "kubectl apply -f https://github.com/flannel-io/flannel/releases/download/v0.28.9/kube-flannel.yml",
      "kubectl taint nodes --all node-role.kubernetes.io/control-plane-",
    ],
  },
  linuxbrew: {
    standIns: {
      dpkg: '[ -e "$STATE/build-essential" ]',
      "apt-get": 'case $1 in install) touch "$STATE/build-essential" ;; esac',
      curl: `echo 'mkdir -p "$ROOT/home/linuxbrew"'`,
    },
    firstBoot: [
      "apt-get install -y build-essential",
      "curl -fsSL https://raw.githubusercontent.com/Homebrew/install/HEAD/install.sh",
    ],
  },
  "homebrew-macos": {
    standIns: {
      curl: `echo 'mkdir -p "$ROOT/opt/homebrew/bin"; cp "$(command -v provide)" "$ROOT/opt/homebrew/bin/brew"'`,
    },
    firstBoot: ["curl -fsSL https://raw.githubusercontent.com/Homebrew/install/HEAD/install.sh"],
  },
  "experimental/rke2": {
    standIns: { curl: "echo provide rke2" },
    firstBoot: ["curl -fsSL https://get.rke2.io", "systemctl enable --now rke2-server.service"],
  },
  "experimental/u7s": {
    standIns: {
      curl: `case "$*" in
        *stable.txt) echo v1.36.1 ;;
        *) cp "$(command -v provide)" "$3"; provide kubectl ;;
        esac`,
      git: `target="\${*: -1}"; mkdir -p "$target/init-host"
        printf '#!/bin/bash\\nprovide dockerd-rootless-setuptool.sh\\n' >"$target/init-host/init-host.root.sh"
        printf '#!/bin/bash\\necho enabled >"$STATE/user-docker.service"\\n' >"$target/init-host/init-host.rootless.sh"
        chmod 755 "$target"/init-host/*.sh`,
      make: 'case $1 in kubeconfig) echo "    server: https://127.0.0.1:6443" >kubeconfig ;; esac',
    },
    firstBoot: ["make up", "make kubeadm-init", "make install-flannel", "make kubeconfig"],
    everyBoot: ["make up"],
  },
  "experimental/alsa": {
    standIns: { "apt-get": "case $1 in install) provide aplay ;; esac" },
    firstBoot: ["apt-get install -y linux-modules-extra-6.1.0-test alsa-utils"],
  },
  "experimental/vnc": {
    standIns: { "apt-get": 'case $1 in install) provide slim Xorg; echo "# slim" >"$ROOT/etc/slim.conf" ;; esac' },
    firstBoot: ["systemctl set-default graphical.target", "systemctl isolate graphical.target"],
  },
};

/** Programs that install, fetch or set something up: nothing that a later boot should do again. */
const work =
  /^(apt-get|dnf|curl|git|make|add-apt-repository|k3s-install|dockerd-rootless-setuptool\.sh|provide|docker context use|systemctl (mask|disable|restart|isolate|set-default)|kubeadm (init|join|config images pull)|kubectl (apply|taint)|k0s install)\b/;

function boot(sandbox: Sandbox, name: string, param: Readonly<Record<string, string>>): readonly string[] {
  const { provision = [] } = templateOf(name);
  for (const { script } of provision) if (script !== undefined) sandbox.run(script, param);
  return sandbox.takeCalls();
}

describe.skipIf(process.platform !== "linux")("provisioning", () => {
  test("of every template that has scripts is tried here", () => {
    const withScripts = names.filter(
      (name) =>
        !aliases.includes(name) && (templateOf(name).provision ?? []).some(({ script }) => script !== undefined),
    );
    expect(Object.keys(guests).sort()).toEqual(withScripts.sort());
  });

  test.each(Object.entries(guests))("%s: the first boot does the work, the next one finds it done", (name, guest) => {
    using sandbox = new Sandbox(guest);
    const first = boot(sandbox, name, guest.param ?? {});
    expect(guest.firstBoot.filter((line) => !first.includes(line))).toEqual([]);
    const files = sandbox.files();
    const second = boot(sandbox, name, guest.param ?? {});
    expect(second.filter((line) => work.test(line) && !(guest.everyBoot ?? []).includes(line))).toEqual([]);
    expect(sandbox.files()).toEqual(files);
  });

  test("docker gives the host its second name beside the first", () => {
    using sandbox = new Sandbox(guests.docker ?? {});
    boot(sandbox, "docker", {});
    expect(sandbox.read("etc/hosts")).toContain("192.168.5.2\thost.lima.internal host.docker.internal\n");
  });

  test("a k3s worker joins by url and token, through proxy and mirror", () => {
    using sandbox = new Sandbox({ standIns: { curl: installK3s } });
    const param = { url: "https://h:6443", token: "t", proxy: "https://p/", mirror: "https://m" };
    expect(boot(sandbox, "k3s", param)).toContain(
      "k3s-install agent https://h:6443 t https://p/https://github.com/k3s-io/k3s/releases/download",
    );
    expect(sandbox.read("etc/rancher/k3s/registries.yaml")).toBe(
      'mirrors:\n  "*":\n    endpoint:\n    - "https://m"\n',
    );
  });

  test("a k8s control plane leaves a kubeconfig for the host", () => {
    using sandbox = new Sandbox(k8s);
    boot(sandbox, "k8s", { ...k8sParams, mirror: "https://m" });
    expect(sandbox.read("root/.kube/config.localhost")).toBe("    server: https://127.0.0.1:6443\n");
    expect(sandbox.read("home/lima/.kube/config")).toContain("192.168.5.15");
    expect(sandbox.read("etc/containerd/conf.d/k8s.toml")).toContain('sandbox_image = "registry.k8s.io/pause:3.10"');
    expect(sandbox.read("etc/containerd/certs.d/_default/hosts.toml")).toStartWith('[host."https://m"]\n');
    expect(sandbox.read("etc/kubeadm-config.yaml")).toContain("podSubnet: 10.244.0.0/16");
    expect(sandbox.read("etc/apt/sources.list.d/kubernetes.list")).toContain(
      "https://pkgs.k8s.io/core:/stable:/v1.36/deb/ /",
    );
  });

  test("a k8s worker joins", () => {
    using sandbox = new Sandbox(k8s);
    const param = { ...k8sParams, url: "https://h:6443", token: "t", discoveryTokenCaCertHash: "sha256:x" };
    const calls = boot(sandbox, "k8s", param);
    expect(calls).toContain("kubeadm join h:6443 --token t --discovery-token-ca-cert-hash sha256:x");
    expect(calls.filter((line) => line.startsWith("kubeadm init"))).toEqual([]);
    expect(boot(sandbox, "k8s", param).filter((line) => work.test(line))).toEqual([]);
  });
});
