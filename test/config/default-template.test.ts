import { describe, expect, test } from "bun:test";
import { templates } from "../../src/assets/templates.ts";
import { loadConfig } from "../../src/config/load.ts";
import { embedTemplate } from "../../src/config/templates/embed.ts";
import { readTemplate } from "../../src/config/templates/read.ts";
import type { Config } from "../../src/config/types.ts";
import type { Host } from "../../src/lib/host.ts";
import { makeFacts, makeHost } from "./fixtures.ts";
import { makeSource } from "./template-fixtures.ts";

const gib = 1024 ** 3;

/**
 * What `template:default` is filled to on every host, but for what `hosts` adds. Derived by hand from the field table of
 * lima.yaml and from what the template sets; never taken from the program's output.
 */
const common: Omit<Config, "images" | "arch" | "vmType" | "mounts" | "user" | "memory" | "cpus" | "timezone"> = {
  // The template sets it.
  minimumLimaVersion: "2.0.0",
  // Embedded, hence gone.
  base: [],
  os: "Linux",
  disk: "100GiB",
  cpuType: {},
  // Free-form: the template's nulls are values here.
  vmOpts: {
    qemu: { minimumVersion: null, cpuType: null },
    vz: { diskImageFormat: null, rosetta: { enabled: null, binfmt: null } },
  },
  osOpts: {},
  additionalDisks: [],
  mountTypesUnsupported: [],
  mountInotify: false,
  ssh: {
    localPort: 0,
    // Public keys of ~/.ssh are authorised by default.
    loadDotSSHPubKeys: true,
    forwardAgent: false,
    forwardX11: false,
    forwardX11Trusted: false,
  },
  firmware: { legacyBIOS: false, images: [] },
  audio: { device: "", interface: "" },
  video: { display: "none", vnc: {} },
  upgradePackages: false,
  containerd: {
    system: false,
    // A Linux guest on x86_64 or aarch64, which every host of the table has.
    user: true,
    archives: [
      {
        location:
          "https://github.com/containerd/nerdctl/releases/download/v2.3.5/nerdctl-full-2.3.5-linux-amd64.tar.gz",
        arch: "x86_64",
        digest: "sha256:b697295c623639734aaab737523c808fd3cc8d3046039fd94fff1744e4c317aa",
      },
      {
        location:
          "https://github.com/containerd/nerdctl/releases/download/v2.3.5/nerdctl-full-2.3.5-linux-arm64.tar.gz",
        arch: "aarch64",
        digest: "sha256:6e4b687f1d138e750a3c8372abc0f81d3d7490b6359c48c0562fc7dfe98859b2",
      },
    ],
  },
  guestInstallPrefix: "/usr/local",
  provision: [],
  probes: [],
  portForwards: [],
  copyToHost: [],
  message: "",
  networks: [],
  env: {},
  // From _images/ubuntu, which is ubuntu-26.04.
  param: { internal_netplanOptional: "true" },
  dns: [],
  hostResolver: { enabled: true, ipv6: false, hosts: {} },
  propagateProxyEnv: true,
  caCerts: { removeDefaults: false, files: [], certs: [] },
  rosetta: {},
  plain: false,
  nestedVirtualization: false,
  tpm: false,
};

/** The home mount of _default/mounts. */
const homeMount = (location: string, mountPoint = location): Config["mounts"][number] => ({
  location,
  mountPoint,
  writable: false,
  sshfs: { cache: true, followSymlinks: false, sftpDriver: "" },
  "9p": { securityModel: "none", protocolVersion: "9p2000.L", msize: "128KiB", cache: "fscache" },
  virtiofs: {},
});

const user = (name: string, uid: number): Config["user"] => ({
  name,
  comment: "Jane Doe",
  home: `/home/${name}.guest`,
  shell: "/bin/bash",
  uid,
  passwordlessSudo: true,
});

const jane = { name: "jane", comment: "Jane Doe", uid: 501, gid: 20 };

const hosts: readonly (readonly [name: string, host: Host, expected: Partial<Config>])[] = [
  [
    "linux/x86_64",
    makeHost({ cpus: 16, memoryBytes: 64 * gib, user: jane }),
    {
      vmType: "qemu",
      arch: "x86_64",
      cpus: 4,
      memory: "4GiB",
      timezone: "Europe/Rome",
      mounts: [homeMount("/home/jane")],
      user: user("jane", 501),
    },
  ],
  [
    "linux/aarch64",
    makeHost({ arch: "aarch64", cpus: 2, memoryBytes: 2 * gib, user: jane }),
    {
      vmType: "qemu",
      arch: "aarch64",
      cpus: 2,
      memory: "1GiB",
      timezone: "Europe/Rome",
      mounts: [homeMount("/home/jane")],
      user: user("jane", 501),
    },
  ],
  [
    "darwin/aarch64",
    makeHost({ os: "darwin", arch: "aarch64", cpus: 8, home: "/Users/jane", user: jane }),
    {
      vmType: "vz",
      arch: "aarch64",
      cpus: 4,
      memory: "4GiB",
      timezone: "Europe/Rome",
      mounts: [homeMount("/Users/jane")],
      user: user("jane", 501),
    },
  ],
  [
    "darwin/x86_64",
    makeHost({ os: "darwin", cpus: 4, memoryBytes: 6 * gib, home: "/Users/jane", user: jane }),
    {
      vmType: "vz",
      arch: "x86_64",
      cpus: 4,
      memory: "3GiB",
      timezone: "Europe/Rome",
      mounts: [homeMount("/Users/jane")],
      user: user("jane", 501),
    },
  ],
  [
    "windows/x86_64",
    makeHost({ os: "windows", home: "C:\\Users\\jane", cwd: "C:\\", user: { ...jane, uid: -1, gid: -1 } }),
    {
      vmType: "qemu",
      arch: "x86_64",
      cpus: 4,
      memory: "4GiB",
      // Windows has no zoneinfo names.
      timezone: "",
      mounts: [homeMount("C:\\Users\\jane", "/c/Users/jane")],
      // A Windows account has no number.
      user: user("jane", 1000),
    },
  ],
];

describe("template:default is filled by hand-derived values", () => {
  test.each(hosts as unknown as [string, Host, Partial<Config>][])("on %s", async (_name, host, expected) => {
    const context = { host, source: makeSource({ shipped: templates }), warnings: [], notes: [] };
    const text = await embedTemplate(await readTemplate("template:default", context), context);
    const { config, vmTypeGiven } = loadConfig({
      text,
      path: "/lima/default/lima.yaml",
      host,
      instance: { name: "default", dir: "/lima/default", exists: false, version: "" },
      facts: makeFacts({ timezone: host.os === "windows" ? "" : "Europe/Rome" }),
    });
    const { images, ...rest } = config;
    expect(rest as unknown).toEqual({ ...common, ...expected });
    expect(vmTypeGiven).toBe(false);
    // The first image is the pinned server build of the first architecture in the list.
    expect(images[0]).toEqual({
      location:
        "https://cloud-images.ubuntu.com/releases/resolute/release-20260720/ubuntu-26.04-server-cloudimg-amd64.img",
      arch: "x86_64",
      digest: "sha256:117816726abbdefc5ef3e38902e81a76f1c76c3610e709999d0885f9d5d9b477",
      variant: "server",
      archVariant: "",
    });
    expect(images).toHaveLength(18);
  });
});
