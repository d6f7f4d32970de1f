import type { Printed } from "../config/print.ts";
import { withGoType } from "../lib/gotemplate/value.ts";
import { type HostFields, type Instance, instanceJson } from "./record.ts";

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

/** What the structures of a view are in JSON and YAML, where their fields have lima.yaml's names. */
const jsonForms = new WeakMap<object, unknown>();

/** A value of a template as the functions `json` and `yaml` print it. */
export function jsonForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(jsonForm);
  return typeof value === "object" && value !== null && jsonForms.has(value) ? jsonForms.get(value) : value;
}

function withJsonForm<T extends object>(value: T, form: unknown): T {
  jsonForms.set(value, form);
  return value;
}

/**
 * An instance as templates (`list --format`, `message`) see it: Go's field names over the same data.
 * @param printedConfig its configuration as `printConfig` gives it, where the template may print structures as JSON or YAML
 */
export function templateView(
  instance: Instance,
  host: HostFields,
  printedConfig?: Printed,
): Readonly<Record<string, unknown>> {
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
    AdditionalDisks: converted("additionalDisks", instance.additionalDisks, printedConfig?.additionalDisks),
    Networks: converted("networks", instance.networks, printedConfig?.networks),
    SSHLocalPort: instance.sshLocalPort,
    SSHConfigFile: instance.sshConfigFile,
    HostAgentPID: instance.hostAgent?.pid ?? 0,
    DriverPID: instance.driver?.pid ?? 0,
    Errors: instance.errors,
    Config: instance.config === undefined ? null : structure("limatype.LimaYAML", instance.config, printedConfig),
    SSHAddress: instance.sshAddress,
    Protected: instance.protected,
    LimaVersion: instance.limaVersion,
    Param: withGoType("map[string]string", instance.param),
    AutoStartedIdentifier: instance.autoStartedIdentifier,
  };
  const inner = withJsonForm(withGoType("limatype.Instance", record), instanceJson(instance, printedConfig));
  const view = withGoType("store.FormatData", { ...record, Instance: inner, ...host });
  return withJsonForm(view, instanceJson(instance, printedConfig, host));
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

/** @param printed what `printConfig` makes of the value; what it left out says nothing */
function structure(typeName: string, value: object, printed: object = {}): unknown {
  const lacking = (mayLack[typeName] ?? []).map((key) => [key, null] as const);
  const whole = { ...Object.fromEntries(lacking), ...value };
  const printedFields = printed as Readonly<Record<string, unknown>>;
  const entries = Object.entries(whole).map(
    ([key, item]) => [goName(key), converted(key, item, printedFields[key])] as const,
  );
  return withJsonForm(withGoType(typeName, Object.fromEntries(entries)), printed);
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

function converted(key: string, value: unknown, printed: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const mapType = maps[key];
  if (mapType !== undefined) return withGoType(mapType, value);
  const typeName = typeNames[key] ?? `limatype.${goName(key)}`;
  if (!Array.isArray(value)) return structure(typeName, value, asObject(printed));
  const printedItems: readonly unknown[] = Array.isArray(printed) ? printed : [];
  return value.map((item: unknown, index) =>
    typeof item === "object" && item !== null ? structure(typeName, item, asObject(printedItems[index])) : item,
  );
}

function goName(key: string): string {
  return goNames[key] ?? `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}
