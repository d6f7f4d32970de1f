/** What a field holds. `struct` names a definition of `definitions`; `any` is free-form. */
export type FieldType =
  | { readonly kind: "string" | "int" | "bool" | "ip" | "ports" | "any" }
  | { readonly kind: "list" | "map"; readonly of: FieldType }
  | { readonly kind: "struct"; readonly name: DefinitionName }
  | { readonly kind: "freeMap"; readonly name: DefinitionName };

/** One field of lima.yaml: the single source of reading, unknown-field warnings, printing and the JSON schema. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly description: string;
  /** The JSON schema lets it be null. */
  readonly nullable?: true;
  /** A JSON schema error when missing. */
  readonly required?: true;
  /** Values that the JSON schema accepts beside null. */
  readonly values?: readonly string[];
  /** The `default` of the JSON schema. */
  readonly schemaDefault?: string;
  /** What replaces a deprecated field. */
  readonly replacedBy?: string;
  /** An integer without leading zeros is expected as text: `0644` keeps its digits. */
  readonly digits?: true;
  /** Bytes that are no UTF-8 are kept, in the form of `textOfBytes`. */
  readonly bytes?: true;
  /** Printed even when nothing in it is set. */
  readonly always?: true;
  /** Zero and false are values of their own, and printed; nullable fields have this anyway. */
  readonly keepsZero?: true;
  /** How default.yaml, lima.yaml and override.yaml combine, where the type does not say it (`mergeLayers`). */
  readonly merge?: MergeRule;
}

/**
 * - `own`: lima.yaml's alone
 * - `highest`: the whole list of the highest file whose list is not empty
 * - `unique`: default.yaml's, lima.yaml's, then override.yaml's elements, without repetitions
 * - `keyed`: elements with the same key become one; done while filling, because the keys need expanding
 */
export type MergeRule = "own" | "highest" | "unique" | "keyed";

/** A mapping with known fields, in the order in which they are printed. */
export interface Definition {
  readonly fields: readonly Field[];
  /** The field that a plain string in the place of the mapping stands for. */
  readonly shorthand?: string;
}

/** Names of the definitions, as the JSON schema has them. */
export type DefinitionName =
  | "Audio"
  | "BaseTemplates"
  | "CACertificates"
  | "Containerd"
  | "CopyToHost"
  | "Disk"
  | "File"
  | "FileWithVMType"
  | "Firmware"
  | "HostResolver"
  | "Image"
  | "Kernel"
  | "LimaYAML"
  | "LocatorWithDigest"
  | "Mount"
  | "Network"
  | "NineP"
  | "OsOpts"
  | "PortForward"
  | "Probe"
  | "Provision"
  | "Rosetta"
  | "SSH"
  | "SSHFS"
  | "User"
  | "VMOpts"
  | "VNCOptions"
  | "Video"
  | "Virtiofs";

type Extras = Omit<Field, "name" | "type" | "description">;

const nullable: Extras = { nullable: true };
const required: Extras = { required: true };
const always: Extras = { always: true };
const keepsZero: Extras = { keepsZero: true };
const own: Extras = { merge: "own" };

const string: FieldType = { kind: "string" };
const int: FieldType = { kind: "int" };
const bool: FieldType = { kind: "bool" };
const ip: FieldType = { kind: "ip" };
const ports: FieldType = { kind: "ports" };
const list = (of: FieldType): FieldType => ({ kind: "list", of });
const map = (of: FieldType): FieldType => ({ kind: "map", of });
const struct = (name: DefinitionName): FieldType => ({ kind: "struct", name });

const field = (name: string, type: FieldType, description: string, extras: Extras = {}): Field => ({
  name,
  type,
  description,
  ...extras,
});

const archNames = ["x86_64", "aarch64", "armv7l", "ppc64le", "riscv64", "s390x"];
const mountTypes = ["reverse-sshfs", "9p", "virtiofs", "wsl2"];

const fileFields: readonly Field[] = [
  field("location", string, "URL or local path", required),
  field("arch", string, "Architecture it is for"),
  field("digest", string, "Expected digest, ALGO:HEX"),
];

/** Makes every definition of lima.yaml; most runs need a few. `BaseTemplates` is a list and `VMOpts`, `OsOpts` are free-form: they have no fields. */
const makers: Readonly<Record<DefinitionName, () => Definition>> = {
  LimaYAML: () => ({
    fields: [
      field("base", struct("BaseTemplates"), "Templates to inherit from, resolved when the instance is created", own),
      field("minimumLimaVersion", string, "Oldest Lima version that understands this file", { ...nullable, ...own }),
      field("vmType", string, "Driver that runs the virtual machine", {
        nullable: true,
        values: ["qemu", "vz", "wsl2"],
      }),
      field("vmOpts", { kind: "freeMap", name: "VMOpts" }, "Options of the drivers, by driver"),
      field("os", string, "Guest operating system", {
        nullable: true,
        values: ["Linux", "Darwin", "FreeBSD", "Windows"],
      }),
      field("arch", string, "Guest architecture", { nullable: true, values: archNames }),
      field("images", list(struct("Image")), "Disk images, tried in order", nullable),
      field("cpuType", map(string), "CPU model by architecture", {
        nullable: true,
        replacedBy: "vmOpts.qemu.cpuType",
        ...own,
      }),
      field("cpus", int, "Number of virtual CPUs", nullable),
      field("memory", string, "Memory size", nullable),
      field("disk", string, "Disk size", nullable),
      field("additionalDisks", list(struct("Disk")), "Disks of `limactl disk` to attach", nullable),
      field("mounts", list(struct("Mount")), "Host directories to mount in the guest", { merge: "keyed" }),
      field("mountTypesUnsupported", list(string), "Mount types that the image cannot use", nullable),
      field("mountType", string, "How host directories are mounted", { nullable: true, values: mountTypes }),
      field("mountInotify", bool, "Pass file events of mounts to the guest", nullable),
      field("ssh", struct("SSH"), "How the guest is reached", always),
      field("firmware", struct("Firmware"), "Firmware of the machine", always),
      field("audio", struct("Audio"), "Audio device", always),
      field("video", struct("Video"), "Display", always),
      field("provision", list(struct("Provision")), "Scripts and files that set the guest up at each boot"),
      field("upgradePackages", bool, "Upgrade the guest's packages at boot", nullable),
      field("containerd", struct("Containerd"), "The containerd stack", always),
      field("guestInstallPrefix", string, "Guest directory for the guest agent and containerd", nullable),
      field("probes", list(struct("Probe")), "Scripts that decide when the guest is ready"),
      field("portForwards", list(struct("PortForward")), "Port and socket forwarding rules, first match wins"),
      field("copyToHost", list(struct("CopyToHost")), "Guest files copied to the host after boot"),
      field("message", string, "Text shown after start", own),
      field("networks", list(struct("Network")), "Additional network interfaces", { ...nullable, merge: "keyed" }),
      field("env", map(string), "Environment variables of the guest"),
      field("param", map(string), "Parameters of the scripts"),
      field("dns", list(ip), "DNS servers of the guest", { merge: "highest" }),
      field("hostResolver", struct("HostResolver"), "The host agent's DNS server", always),
      field("propagateProxyEnv", bool, "Pass the host's proxy variables to the guest", nullable),
      field("caCerts", struct("CACertificates"), "CA certificates of the guest", always),
      field("rosetta", struct("Rosetta"), "Rosetta for Linux guests", {
        always: true,
        replacedBy: "vmOpts.vz.rosetta",
        ...own,
      }),
      field("plain", bool, "Plain mode: a bare machine without mounts, forwards and guest agent", nullable),
      field("timezone", string, "Time zone of the guest", nullable),
      field("nestedVirtualization", bool, "Let the guest run virtual machines", nullable),
      field("user", struct("User"), "The guest's user", always),
      field("tpm", bool, "Emulate a TPM", nullable),
      field("osOpts", { kind: "freeMap", name: "OsOpts" }, "Options of the guest system, by system"),
    ],
  }),
  BaseTemplates: () => ({ fields: [] }),
  VMOpts: () => ({ fields: [] }),
  OsOpts: () => ({ fields: [] }),
  LocatorWithDigest: () => ({
    shorthand: "url",
    fields: [field("url", string, "Template locator", required), field("digest", string, "Expected digest, ALGO:HEX")],
  }),
  User: () => ({
    fields: [
      field("name", string, "Login name", nullable),
      field("comment", string, "Full name", nullable),
      field("home", string, "Home directory", nullable),
      field("shell", string, "Login shell", nullable),
      field("uid", int, "Numeric user id", nullable),
      field("passwordlessSudo", bool, "sudo asks for no password", nullable),
    ],
  }),
  File: () => ({ fields: fileFields }),
  FileWithVMType: () => ({ fields: [...fileFields, field("vmType", string, "Driver it is for")] }),
  Kernel: () => ({ fields: [...fileFields, field("cmdline", string, "Kernel command line")] }),
  Image: () => ({
    fields: [
      ...fileFields,
      field("kernel", struct("Kernel"), "Kernel for direct boot"),
      field("initrd", struct("File"), "Initial RAM disk for direct boot"),
      field("variant", string, "Flavour of the image (server, minimal, ...)"),
      field("archVariant", string, "CPU level the image needs (v3, ...)"),
    ],
  }),
  Disk: () => ({
    shorthand: "name",
    fields: [
      field("name", string, "Name of the disk", required),
      field("format", bool, "Partition and format it at first use", keepsZero),
      field("fsType", string, "File system"),
      field("fsArgs", list(string), "Arguments for mkfs"),
    ],
  }),
  Mount: () => ({
    fields: [
      field("location", string, "Host directory", required),
      field("mountPoint", string, "Guest directory", nullable),
      field("writable", bool, "The guest may write", nullable),
      field("sshfs", struct("SSHFS"), "Options of reverse-sshfs", always),
      field("9p", struct("NineP"), "Options of 9p", always),
      field("virtiofs", struct("Virtiofs"), "Options of virtiofs", always),
    ],
  }),
  SSHFS: () => ({
    fields: [
      field("cache", bool, "Cache in the guest", nullable),
      field("followSymlinks", bool, "Follow symbolic links on the host", nullable),
      field("sftpDriver", string, "builtin or openssh-sftp-server", nullable),
    ],
  }),
  NineP: () => ({
    fields: [
      field("securityModel", string, "passthrough, mapped-xattr, mapped-file or none", nullable),
      field("protocolVersion", string, "9p2000, 9p2000.u or 9p2000.L", nullable),
      field("msize", string, "Largest message, as a size", nullable),
      field("cache", string, "none, loose, fscache or mmap", nullable),
    ],
  }),
  Virtiofs: () => ({ fields: [field("queueSize", int, "Length of the queue", keepsZero)] }),
  SSH: () => ({
    fields: [
      field("localPort", int, "Host port of the guest's sshd, 0 for a free one", nullable),
      field("loadDotSSHPubKeys", bool, "Authorise ~/.ssh/*.pub too", nullable),
      field("forwardAgent", bool, "Forward the ssh agent", nullable),
      field("forwardX11", bool, "Forward X11", nullable),
      field("forwardX11Trusted", bool, "Forward trusted X11", nullable),
      field("overVsock", bool, "Reach sshd over vsock", nullable),
    ],
  }),
  Firmware: () => ({
    fields: [
      field("legacyBIOS", bool, "BIOS instead of UEFI", nullable),
      field("images", list(struct("FileWithVMType")), "UEFI images, tried in order"),
    ],
  }),
  Audio: () => ({
    fields: [
      field("device", string, "Audio back end", nullable),
      field("interface", string, "Sound card: hda or virtio", nullable),
    ],
  }),
  Video: () => ({
    fields: [
      field("display", string, "Display back end", nullable),
      field("vnc", struct("VNCOptions"), "VNC server", always),
    ],
  }),
  VNCOptions: () => ({ fields: [field("display", string, "Address of the VNC server, HOST:N[,to=M]", nullable)] }),
  Provision: () => ({
    fields: [
      field("mode", string, "When and how it runs", { schemaDefault: "system" }),
      field("skipDefaultDependencyResolution", bool, "Mode dependency: skip the stock packages", keepsZero),
      field("script", string, "Script to run"),
      field("file", struct("LocatorWithDigest"), "Where the script is read from at creation", nullable),
      field("playbook", string, "Ansible playbook on the host", { replacedBy: "a provisioning script" }),
      field("content", string, "Mode data: content of the file", { ...nullable, bytes: true }),
      field("overwrite", bool, "Mode data: replace an existing file", nullable),
      field("owner", string, "Owner of the file"),
      field("path", string, "Path of the file in the guest"),
      field("permissions", string, "Permissions of the file, octal", { digits: true }),
      field("expression", string, "Mode yq: expression to apply", nullable),
      field("format", string, "Mode yq: format of the file", nullable),
    ],
  }),
  Containerd: () => ({
    fields: [
      field("system", bool, "Rootful containerd", nullable),
      field("user", bool, "Rootless containerd", nullable),
      field("archives", list(struct("File")), "nerdctl-full archives, one per architecture"),
    ],
  }),
  Probe: () => ({
    fields: [
      field("mode", string, "Only readiness", { schemaDefault: "readiness" }),
      field("description", string, "What is waited for"),
      field("script", string, "Script that succeeds when the guest is ready"),
      field("file", struct("LocatorWithDigest"), "Where the script is read from at creation", nullable),
      field("hint", string, "Shown when it keeps failing"),
    ],
  }),
  PortForward: () => ({
    fields: [
      field("guestIPMustBeZero", bool, "Match wildcard binds only", keepsZero),
      field("guestIP", ip, "Guest address to match"),
      field("guestPort", int, "Guest port"),
      field("guestPortRange", ports, "Guest ports", always),
      field("guestSocket", string, "Guest socket"),
      field("hostIP", ip, "Host address to listen on"),
      field("hostPort", int, "Host port"),
      field("hostPortRange", ports, "Host ports", always),
      field("hostSocket", string, "Host socket"),
      field("proto", string, "tcp, udp or any"),
      field("reverse", bool, "From the host to the guest"),
      field("ignore", bool, "Do not forward what matches"),
      field("static", bool, "Forward at boot without the guest agent"),
    ],
  }),
  CopyToHost: () => ({
    fields: [
      field("guest", string, "File in the guest"),
      field("host", string, "File on the host"),
      field("skipIfMissing", bool, "A missing guest file is no error"),
      field("deleteOnStop", bool, "Remove the host file when the instance stops"),
    ],
  }),
  Network: () => ({
    fields: [
      field("lima", string, "Name of a network of networks.yaml"),
      field("socket", string, "Socket of a vmnet daemon"),
      field("vzNAT", bool, "NAT of the vz driver"),
      field("macAddress", string, "Hardware address"),
      field("interface", string, "Interface name in the guest"),
      field("metric", int, "Route metric", keepsZero),
    ],
  }),
  HostResolver: () => ({
    fields: [
      field("enabled", bool, "Run the DNS server", nullable),
      field("ipv6", bool, "Answer with IPv6 addresses", nullable),
      field("hosts", map(string), "Static names", nullable),
    ],
  }),
  CACertificates: () => ({
    fields: [
      field("removeDefaults", bool, "Drop the distribution's certificates", nullable),
      field("files", list(string), "Host files with certificates", { ...nullable, merge: "unique" }),
      field("certs", list(string), "Certificates, PEM", { ...nullable, merge: "unique" }),
    ],
  }),
  Rosetta: () => ({
    fields: [
      field("enabled", bool, "Enable Rosetta", nullable),
      field("binfmt", bool, "Register it for x86_64 programs", nullable),
    ],
  }),
};

/** Names of all definitions. */
export const definitionNames = Object.keys(makers) as readonly DefinitionName[];

const made = new Map<DefinitionName, Definition>();

export function definitionOf(name: DefinitionName): Definition {
  const known = made.get(name);
  if (known !== undefined) return known;
  const definition = makers[name]();
  made.set(name, definition);
  return definition;
}

const named = new Map<DefinitionName, ReadonlyMap<string, Field>>();

/** The fields of a definition by name. */
export function fieldsByName(name: DefinitionName): ReadonlyMap<string, Field> {
  const known = named.get(name);
  if (known !== undefined) return known;
  const fields = new Map(definitionOf(name).fields.map((item) => [item.name, item]));
  named.set(name, fields);
  return fields;
}

/** Every field path of lima.yaml (`images[].kernel.digest`), in declaration order, structs before their fields. */
export function fieldPaths(): readonly string[] {
  const paths: string[] = [];
  const walk = (name: DefinitionName, prefix: string): void => {
    for (const item of definitionOf(name).fields) {
      let path = `${prefix}${item.name}`;
      let type = item.type;
      paths.push(path);
      if (type.kind === "list") {
        path = `${path}[]`;
        type = type.of;
      }
      if (type.kind === "struct" && type.name === "BaseTemplates") walk("LocatorWithDigest", `${path}[].`);
      else if (type.kind === "struct") walk(type.name, `${path}.`);
    }
  };
  walk("LimaYAML", "");
  return paths;
}
