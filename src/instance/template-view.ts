import { withGoType } from "../lib/gotemplate/value.ts";
import type { HostFields, Instance } from "./record.ts";

/** Names of lima.yaml's fields whose Go spelling is more than a capital first letter. */
const goNames: Readonly<Record<string, string>> = {
  vmType: "VMType",
  vmOpts: "VMOpts",
  os: "OS",
  cpuType: "CPUType",
  cpus: "CPUs",
  fsType: "FSType",
  fsArgs: "FSArgs",
  sshfs: "SSHFS",
  sftpDriver: "SFTPDriver",
  "9p": "NineP",
  ssh: "SSH",
  loadDotSSHPubKeys: "LoadDotSSHPubKeys",
  legacyBIOS: "LegacyBIOS",
  vnc: "VNC",
  guestIPMustBeZero: "GuestIPMustBeZero",
  guestIP: "GuestIP",
  hostIP: "HostIP",
  guest: "GuestFile",
  host: "HostFile",
  vzNAT: "VZNAT",
  macAddress: "MACAddress",
  dns: "DNS",
  ipv6: "IPv6",
  caCerts: "CACertificates",
  binfmt: "BinFmt",
  timezone: "TimeZone",
  uid: "UID",
  tpm: "TPM",
  url: "URL",
};

/** Go types of the nested parts, by their path of field names; error texts name them. */
const typeNames: Readonly<Record<string, string>> = {
  images: "limatype.Image",
  mounts: "limatype.Mount",
  ssh: "limatype.SSH",
  user: "limatype.User",
  firmware: "limatype.Firmware",
  audio: "limatype.Audio",
  video: "limatype.Video",
  provision: "limatype.Provision",
  containerd: "limatype.Containerd",
  probes: "limatype.Probe",
  portForwards: "limatype.PortForward",
  copyToHost: "limatype.CopyToHost",
  networks: "limatype.Network",
  hostResolver: "limatype.HostResolver",
  caCerts: "limatype.CACertificates",
  rosetta: "limatype.Rosetta",
  additionalDisks: "limatype.Disk",
};

/** Fields that hold a map of the user's own keys, not a structure, with the map's Go type. */
const maps: Readonly<Record<string, string>> = {
  env: "map[string]string",
  param: "map[string]string",
  vmOpts: "map[string]interface {}",
  osOpts: "map[string]interface {}",
  cpuType: "map[string]string",
  hosts: "map[string]string",
};

/** Fields that a filled configuration may lack, in the order of the structure: nil pointers to templates, not mistakes. */
const mayLack: Readonly<Record<string, readonly string[]>> = {
  "limatype.LimaYAML": ["minimumLimaVersion", "mountType"],
  "limatype.Image": ["location", "arch", "digest", "kernel", "initrd", "variant", "archVariant"],
  "limatype.Disk": ["name", "format", "fsType", "fsArgs"],
  "limatype.Virtiofs": ["queueSize"],
  "limatype.SSH": ["localPort", "loadDotSSHPubKeys", "forwardAgent", "forwardX11", "forwardX11Trusted", "overVsock"],
  "limatype.VNC": ["display"],
  "limatype.Provision": [
    "mode",
    "skipDefaultDependencyResolution",
    "script",
    "file",
    "playbook",
    "content",
    "overwrite",
    "owner",
    "path",
    "permissions",
    "expression",
    "format",
  ],
  "limatype.Probe": ["mode", "description", "script", "file", "hint"],
  "limatype.Rosetta": ["enabled", "binfmt"],
};

/** An instance as templates (`list --format`, `message`) see it: Go's field names over the same data. */
export function templateView(instance: Instance, host: HostFields): Readonly<Record<string, unknown>> {
  const record = {
    Name: instance.name,
    Hostname: instance.hostname,
    Status: instance.status,
    Dir: instance.dir,
    VMType: instance.vmType,
    Arch: instance.arch,
    CPUs: instance.cpus,
    Memory: instance.memoryBytes,
    Disk: instance.diskBytes,
    Message: instance.message,
    AdditionalDisks: structures("additionalDisks", instance.additionalDisks),
    Networks: structures("networks", instance.networks),
    SSHLocalPort: instance.sshLocalPort,
    SSHConfigFile: instance.sshConfigFile,
    HostAgentPID: instance.hostAgent?.pid ?? 0,
    DriverPID: instance.driver?.pid ?? 0,
    Errors: instance.errors,
    Config: instance.config === undefined ? null : structure("limatype.LimaYAML", instance.config),
    SSHAddress: instance.sshAddress,
    Protected: instance.protected,
    LimaVersion: instance.limaVersion,
    Param: withGoType("map[string]string", instance.param),
    AutoStartedIdentifier: instance.autoStartedIdentifier,
  };
  return withGoType("store.FormatData", { ...record, Instance: withGoType("limatype.Instance", record), ...host });
}

/** Names of the fields that `list --format` templates may use, sorted; the deprecated ones are not told. */
export const templateFields: readonly string[] = [
  "AdditionalDisks",
  "Arch",
  "AutoStartedIdentifier",
  "CPUs",
  "Config",
  "Dir",
  "Disk",
  "DriverPID",
  "Errors",
  "HostAgentPID",
  "Hostname",
  "LimaVersion",
  "Memory",
  "Message",
  "Name",
  "Networks",
  "Param",
  "Protected",
  "SSHAddress",
  "SSHConfigFile",
  "SSHLocalPort",
  "Status",
  "VMType",
];

function structures(field: string, list: readonly object[]): readonly unknown[] {
  return list.map((item) => structure(typeNames[field] ?? "struct", item));
}

function structure(typeName: string, value: object): unknown {
  const lacking = (mayLack[typeName] ?? []).map((key) => [key, null] as const);
  const whole = { ...Object.fromEntries(lacking), ...value };
  const entries = Object.entries(whole).map(([key, item]) => [goName(key), converted(key, item)] as const);
  return withGoType(typeName, Object.fromEntries(entries));
}

function converted(key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const mapType = maps[key];
  if (mapType !== undefined) return withGoType(mapType, value);
  const typeName = typeNames[key] ?? `limatype.${goName(key)}`;
  if (!Array.isArray(value)) return structure(typeName, value);
  return value.map((item: unknown) => (typeof item === "object" && item !== null ? structure(typeName, item) : item));
}

function goName(key: string): string {
  return goNames[key] ?? `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}
