import type { FlagDefs } from "../cli/flags.ts";
import type { Host } from "../lib/host.ts";

/** 1, 2, 4, ... up to `limit`, and `limit` itself. */
function powersOfTwo(limit: number): readonly number[] {
  const powers: number[] = [];
  for (let value = 1; value < limit; value *= 2) powers.push(value);
  return limit >= 1 ? [...powers, limit] : powers;
}

function cpuChoices(_typed: string, host: Host): readonly string[] {
  return powersOfTwo(host.cpus).map(String);
}

function memoryChoices(_typed: string, host: Host): readonly string[] {
  const half = Math.floor(host.memoryBytes / 2 / 1024 ** 3);
  return half === 0 ? ["0.5"] : powersOfTwo(half).map((gib) => gib.toFixed(1));
}

/** Options that change a template or a stored `lima.yaml`; of `create`, `start`, `edit`, `restart`, `clone`, `rename`. */
export const editFlags = {
  cpus: { type: "int", description: "Number of CPUs", complete: cpuChoices },
  dns: { type: "ipSlice", description: "Custom DNS servers (disables the host resolver)" },
  memory: { type: "float32", description: "Memory in GiB", complete: memoryChoices },
  mount: { type: "strings", description: "Directories to mount, suffix ':w' for writable" },
  "mount-only": { type: "strings", description: "Like --mount, but drops the mounts of the template" },
  "mount-none": { type: "boolean", description: "Remove all mounts" },
  "mount-type": {
    type: "string",
    description: "Mount type (reverse-sshfs, 9p, virtiofs)",
    complete: ["reverse-sshfs", "9p", "virtiofs"],
  },
  "vm-type": {
    type: "string",
    description: "Virtual machine type",
    complete: async (_typed, host) => Object.keys((await import("../vm/drivers.ts")).registeredDrivers(host).locations),
  },
  "mount-inotify": { type: "boolean", description: "Tell the guest of changes in mounts (experimental)" },
  "mount-writable": { type: "boolean", description: "Make all mounts writable" },
  network: {
    type: "strings",
    description: "Additional networks, e.g. `vzNAT` or `lima:shared`",
    complete: ["lima:shared", "lima:bridged", "lima:host", "lima:user-v2", "vzNAT"],
  },
  "nested-virt": { type: "boolean", description: "Enable nested virtualization" },
  rosetta: { type: "boolean", description: "Enable Rosetta (for vz instances)" },
  set: { type: "stringArray", description: "Modify the template by a yq expression" },
  param: { type: "stringArray", description: "Set a template parameter, NAME=VALUE" },
  video: { type: "boolean", description: "Enable video output" },
  "ssh-port": { type: "uint16", description: "SSH port on the host (0 for random)", complete: ["60022"] },
  disk: { type: "float32", description: "Disk size in GiB", complete: ["10", "30", "50", "100", "200"] },
  shell: {
    type: "string",
    description: "Login shell of the guest user",
    complete: ["/bin/bash", "/bin/zsh", "cmd.exe", "powershell.exe", "pwsh.exe"],
  },
} as const satisfies FlagDefs;

/** Options of `create` and `start` alone. */
const newInstanceFlags = {
  "audio-device": { type: "string", description: "Audio device (experimental)" },
  "audio-interface": { type: "string", description: "Audio interface (experimental)" },
  "image-variant": { type: "string", description: "Use only images of this variant" },
  "arch-variant": { type: "string", description: "Use only images of this architecture variant" },
  arch: {
    type: "string",
    description: "Machine architecture (x86_64, aarch64, riscv64, armv7l, s390x, ppc64le)",
    complete: ["x86_64", "aarch64", "riscv64", "armv7l", "s390x", "ppc64le"],
  },
  containerd: {
    type: "string",
    description: "Containerd mode (user, system, user+system, none)",
    complete: ["user", "system", "user+system", "none"],
  },
  plain: { type: "boolean", description: "Plain mode: no mounts, port forwarding, containerd or guest agent" },
  "port-forward": {
    type: "stringArray",
    description: "Port forwards, HOST:GUEST[,static=BOOL]",
    complete: ["8080:80", "3000:3000", "8080:80,static=true"],
  },
  name: { type: "string", description: "Override the instance name" },
  "list-templates": { type: "boolean", description: "List the available templates and exit" },
  "list-drivers": { type: "boolean", description: "List the available VM drivers and exit" },
} as const satisfies FlagDefs;

/** All options of `create`; here `--set` completes, too. */
export const createFlags = {
  ...editFlags,
  ...newInstanceFlags,
  set: {
    ...editFlags.set,
    complete: async (typed: string) => (await import("./set-completion.ts")).completeSet(typed),
  },
} as const satisfies FlagDefs;
