import type { Arch } from "../lib/host.ts";

/** Guest operating systems, as `os` names them. */
export type GuestOs = "Linux" | "Darwin" | "FreeBSD" | "Windows";

/** How host directories reach the guest. */
export type MountType = "reverse-sshfs" | "9p" | "virtiofs" | "wsl2";

/** Modes of a provisioning entry. */
export type ProvisionMode = "system" | "user" | "boot" | "dependency" | "data" | "yq" | "ansible";

/** Transport protocols of a port forwarding rule. */
export type ForwardProto = "tcp" | "udp" | "any";

/** Anything a free-form part of lima.yaml (`vmOpts`, `osOpts`) may hold. */
export type YamlValue = null | boolean | number | string | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** A free-form mapping. */
export type YamlMap = { readonly [key: string]: YamlValue };

/** Something to download or to copy: `images[].kernel`, `containerd.archives[]`, ... */
export interface FileObject {
  /** URL or local path (absolute, relative, `file://`, `~/`). */
  readonly location: string;
  readonly arch: Arch;
  /** `ALGO:HEX`; empty when the content is not verified. */
  readonly digest: string;
}

/** A kernel and its command line. */
export interface Kernel extends FileObject {
  readonly cmdline: string;
}

/** One candidate of the `images` list. */
export interface Image extends FileObject {
  readonly variant: string;
  readonly archVariant: string;
  readonly kernel?: Kernel;
  readonly initrd?: FileObject;
}

/** A firmware image and the driver it is for (empty: qemu). */
export interface FirmwareImage extends FileObject {
  readonly vmType: string;
}

export interface User {
  readonly name: string;
  readonly comment: string;
  /** Guest path, template expanded. */
  readonly home: string;
  readonly shell: string;
  readonly uid: number;
  readonly passwordlessSudo: boolean;
}

export interface Ssh {
  /** Host port of the guest's sshd; 0: the host agent picks a free one. */
  readonly localPort: number;
  readonly loadDotSSHPubKeys: boolean;
  readonly forwardAgent: boolean;
  readonly forwardX11: boolean;
  readonly forwardX11Trusted: boolean;
  /** Unset until the driver decides. */
  readonly overVsock?: boolean;
}

export interface Sshfs {
  readonly cache: boolean;
  readonly followSymlinks: boolean;
  readonly sftpDriver: string;
}

export interface NineP {
  readonly securityModel: string;
  readonly protocolVersion: string;
  /** Size string. */
  readonly msize: string;
  readonly cache: string;
}

export interface Virtiofs {
  /** Unset until the driver decides. */
  readonly queueSize?: number;
}

export interface Mount {
  /** Host path: template and tilde expanded, absolute. */
  readonly location: string;
  /** Guest path, template expanded. */
  readonly mountPoint: string;
  readonly writable: boolean;
  readonly sshfs: Sshfs;
  readonly "9p": NineP;
  readonly virtiofs: Virtiofs;
}

export interface AdditionalDisk {
  readonly name: string;
  /** Unset: true, applied by the guest. */
  readonly format?: boolean;
  /** Unset: `ext4`, applied by the guest. */
  readonly fsType?: string;
  readonly fsArgs: readonly string[];
}

export interface PortForward {
  readonly guestIPMustBeZero: boolean;
  readonly guestIP: string;
  readonly guestPort: number;
  /** First and last port. */
  readonly guestPortRange: readonly [number, number];
  /** Guest path, template expanded; empty when ports are forwarded. */
  readonly guestSocket: string;
  readonly hostIP: string;
  readonly hostPort: number;
  readonly hostPortRange: readonly [number, number];
  /** Absolute host path, template expanded; empty when ports are forwarded. */
  readonly hostSocket: string;
  readonly proto: ForwardProto;
  readonly reverse: boolean;
  readonly ignore: boolean;
  readonly static: boolean;
}

/** A script file that has not been embedded yet. */
export interface ScriptFile {
  readonly url: string;
  readonly digest: string;
}

/** One provisioning step; `script`, `content`, `expression`, `owner` and `path` are template expanded. */
export interface Provision {
  readonly mode: ProvisionMode;
  /** Only with mode `dependency`. */
  readonly skipDefaultDependencyResolution?: boolean;
  readonly script: string;
  /** Host path of an Ansible playbook; empty when unset. */
  readonly playbook: string;
  /** Mode `data`: the text to write. */
  readonly content?: string;
  readonly overwrite?: boolean;
  readonly owner?: string;
  readonly path?: string;
  /** Octal text. */
  readonly permissions?: string;
  /** Mode `yq`: the expression applied to the file at `path`. */
  readonly expression?: string;
  readonly format?: string;
  readonly file?: ScriptFile;
}

export interface Probe {
  readonly mode: "readiness";
  readonly description: string;
  readonly script: string;
  readonly hint: string;
  readonly file?: ScriptFile;
}

export interface CopyToHost {
  readonly guest: string;
  readonly host: string;
  readonly skipIfMissing: boolean;
  readonly deleteOnStop: boolean;
}

export interface Network {
  /** Name of a network of networks.yaml; empty when `socket` or `vzNAT` is used. */
  readonly lima: string;
  readonly socket: string;
  readonly vzNAT: boolean;
  readonly macAddress: string;
  readonly interface: string;
  readonly metric: number;
}

export interface Containerd {
  readonly system: boolean;
  readonly user: boolean;
  readonly archives: readonly FileObject[];
}

/**
 * lima.yaml after merging and filling: every field that has a default carries its value, and template fields are
 * expanded. Field names and nesting are lima.yaml's own.
 */
export interface Config {
  readonly minimumLimaVersion?: string;
  readonly base: readonly { readonly url: string; readonly digest: string }[];
  readonly vmType: string;
  readonly vmOpts: { readonly [driver: string]: YamlValue };
  readonly osOpts: { readonly [os: string]: YamlValue };
  readonly os: GuestOs;
  readonly arch: Arch;
  readonly images: readonly Image[];
  /** Deprecated for `vmOpts.qemu.cpuType`. */
  readonly cpuType: Readonly<Record<string, string>>;
  readonly cpus: number;
  /** Size string. */
  readonly memory: string;
  /** Size string. */
  readonly disk: string;
  readonly additionalDisks: readonly AdditionalDisk[];
  readonly mounts: readonly Mount[];
  readonly mountTypesUnsupported: readonly MountType[];
  /** Unset until the driver decides. */
  readonly mountType?: MountType;
  readonly mountInotify: boolean;
  readonly ssh: Ssh;
  readonly firmware: { readonly legacyBIOS: boolean; readonly images: readonly FirmwareImage[] };
  readonly audio: { readonly device: string; readonly interface: string };
  readonly video: { readonly display: string; readonly vnc: { readonly display?: string } };
  readonly upgradePackages: boolean;
  readonly containerd: Containerd;
  readonly guestInstallPrefix: string;
  readonly provision: readonly Provision[];
  readonly probes: readonly Probe[];
  readonly portForwards: readonly PortForward[];
  readonly copyToHost: readonly CopyToHost[];
  /** Text with Go template actions, expanded when the instance is inspected. */
  readonly message: string;
  readonly networks: readonly Network[];
  readonly env: Readonly<Record<string, string>>;
  readonly param: Readonly<Record<string, string>>;
  readonly dns: readonly string[];
  readonly hostResolver: {
    readonly enabled: boolean;
    readonly ipv6: boolean;
    readonly hosts: Readonly<Record<string, string>>;
  };
  readonly propagateProxyEnv: boolean;
  readonly caCerts: {
    readonly removeDefaults: boolean;
    /** Host paths. */
    readonly files: readonly string[];
    /** PEM texts. */
    readonly certs: readonly string[];
  };
  /** Deprecated for `vmOpts.vz.rosetta`. */
  readonly rosetta: { readonly enabled?: boolean; readonly binfmt?: boolean };
  readonly plain: boolean;
  /** Zoneinfo name; empty leaves the guest's zone alone. */
  readonly timezone: string;
  readonly nestedVirtualization: boolean;
  readonly tpm: boolean;
  readonly user: User;
}

/** Every property optional and nullable, at every depth of objects and lists. */
type Loose<T> = T extends readonly (infer Item)[]
  ? number extends T["length"]
    ? readonly Loose<Item>[]
    : T
  : T extends object
    ? string extends keyof T
      ? T
      : { readonly [K in keyof T]?: Loose<T[K]> | undefined }
    : T;

/** lima.yaml as a person wrote it and as it was read: any field may be missing; a YAML null counts as missing. */
export type PartialConfig = Loose<Config>;
