import type { Config, Mount } from "../../src/config/types.ts";

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

/** A mount of a host directory. @param mountPoint the same path by default */
export function sampleMount(location: string, mountPoint = location, more: Partial<Mount> = {}): Mount {
  const cache = more.writable === true ? "mmap" : "fscache";
  return {
    location,
    mountPoint,
    writable: false,
    sshfs: { cache: true, followSymlinks: false, sftpDriver: "" },
    "9p": { securityModel: "none", protocolVersion: "9p2000.L", msize: "128KiB", cache },
    virtiofs: {},
    ...more,
  };
}
