import { bootScripts } from "../../src/assets/boot-scripts.ts";
import type { Config, Mount, Provision } from "../../src/config/types.ts";
import type { GuestMediaFacts } from "../../src/guest/cidata/facts.ts";

/** A filled configuration with nothing special in it. */
export const sampleConfig: Config = {
  base: [],
  vmType: "qemu",
  vmOpts: {},
  osOpts: {},
  os: "Linux",
  arch: "x86_64",
  images: [],
  cpuType: {},
  cpus: 2,
  memory: "1GiB",
  disk: "10GiB",
  additionalDisks: [],
  mounts: [],
  mountTypesUnsupported: [],
  mountType: "reverse-sshfs",
  mountInotify: false,
  ssh: { localPort: 0, loadDotSSHPubKeys: false, forwardAgent: false, forwardX11: false, forwardX11Trusted: false },
  firmware: { legacyBIOS: false, images: [] },
  audio: { device: "", interface: "" },
  video: { display: "none", vnc: {} },
  upgradePackages: false,
  containerd: { system: false, user: false, archives: [] },
  guestInstallPrefix: "/usr/local",
  provision: [],
  probes: [],
  portForwards: [],
  copyToHost: [],
  message: "",
  networks: [],
  env: {},
  param: {},
  dns: [],
  hostResolver: { enabled: true, ipv6: false, hosts: {} },
  propagateProxyEnv: true,
  caCerts: { removeDefaults: false, files: [], certs: [] },
  rosetta: {},
  plain: false,
  timezone: "",
  nestedVirtualization: false,
  tpm: false,
  user: {
    name: "john",
    comment: "John Doe",
    home: "/home/john.guest",
    shell: "/bin/bash",
    uid: 1001,
    passwordlessSudo: true,
  },
};

/** Facts for a guest, with a configuration that differs from the sample in some fields. */
export function sampleFacts(config: Partial<Config> = {}, facts: Partial<GuestMediaFacts> = {}): GuestMediaFacts {
  return {
    config: { ...sampleConfig, ...config },
    instanceName: "test.vm_1",
    instanceId: "iid-1767225600",
    debug: false,
    hostHome: "/home/host",
    sshPublicKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA lima"],
    nics: [{ mac: "52:55:55:12:34:56", name: "eth0", metric: 200 }],
    slirp: { gateway: "192.168.5.2", dns: "192.168.5.3", guest: "192.168.5.15" },
    dns: { addresses: ["192.168.5.3"], udpPort: 0, tcpPort: 0 },
    environment: {},
    caCertificateFiles: [],
    agentChannel: { vsockPort: 0, virtioPort: "" },
    rosetta: { enabled: false, binfmt: false },
    noCloudInit: false,
    bootScripts,
    driverScripts: {},
    ...facts,
  };
}

/** A mount of a host directory. */
export function sampleMount(location: string, mountPoint: string, writable = false): Mount {
  return {
    location,
    mountPoint,
    writable,
    sshfs: { cache: true, followSymlinks: false, sftpDriver: "" },
    "9p": { securityModel: "none", protocolVersion: "9p2000.L", msize: "128KiB", cache: writable ? "mmap" : "fscache" },
    virtiofs: {},
  };
}

/** A provisioning entry of a mode that has a script. */
export function sampleScript(mode: Provision["mode"], script: string): Provision {
  return { mode, script, playbook: "" };
}
