import type { Config, Mount } from "../../../src/config/types.ts";

/** A filled configuration, as small as one can be. */
export function config(more: Partial<Config> = {}): Config {
  return {
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
    mountType: "9p",
    mountInotify: false,
    ssh: {
      localPort: 0,
      loadDotSSHPubKeys: false,
      forwardAgent: false,
      forwardX11: false,
      forwardX11Trusted: false,
    },
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
    user: { name: "u", comment: "", home: "/home/u.guest", shell: "/bin/bash", uid: 1000, passwordlessSudo: true },
    ...more,
  };
}

/** A mount of a host directory. */
export function mount(location: string, more: Partial<Mount> = {}): Mount {
  return {
    location,
    mountPoint: location,
    writable: false,
    sshfs: { cache: true, followSymlinks: false, sftpDriver: "" },
    "9p": { securityModel: "none", protocolVersion: "9p2000.L", msize: "128KiB", cache: "fscache" },
    virtiofs: {},
    ...more,
  };
}
