import type { Config } from "../../config/types.ts";
import type { Arch, HostOs } from "../../lib/host.ts";
import type { NetworkAttachment } from "../driver.ts";

/** What one QEMU binary says about itself. The texts are searched for substrings only. */
export interface QemuFeatures {
  /** `X.Y.Z`, or undefined when its first line was not understood. */
  readonly version: string | undefined;
  /** `-accel help`. */
  readonly accelHelp: string;
  /** `-netdev help`. */
  readonly netdevHelp: string;
  /** `-machine help`. */
  readonly machineHelp: string;
  /** `-cpu help`; empty where the probe failed. */
  readonly cpuHelp: string;
  /** Probes that failed although QEMU can be used without them. */
  readonly warnings: readonly string[];
}

/** What decides whether the guest's instructions run on the host's CPU. */
export interface AccelerationFacts {
  /** `LIMA_QEMU_ACCEL`; undefined when unset or empty. */
  readonly override: string | undefined;
  /** Linux: opening `/dev/kvm` read-write. */
  readonly kvm:
    | { readonly kind: "open" }
    | { readonly kind: "absent" }
    | { readonly kind: "denied"; readonly why: string };
  /** Linux on x86_64: the CPU flags show `vmx` or `svm`. */
  readonly cpuVirtualization: boolean;
  /** macOS: `sysctl kern.hv_support` is 1. */
  readonly hypervisorFramework: boolean;
  /** macOS: `hw.optional.arm.FEAT_SME` is 1, with which QEMU's `host` CPU model fails. */
  readonly armSme: boolean;
}

/** Disk files of the instance that exist, by absolute path. */
export interface DiskFacts {
  /** Boot disk: `disk` (Lima 2.1 and later) or `diffdisk`. */
  readonly disk: string | undefined;
  /** Installation medium: `iso`, or a `basedisk` that is an ISO image. */
  readonly iso: string | undefined;
}

/** The daemon of virtiofs mounts. The implementation in C, part of QEMU until 7.2, has other options and runs for root only. */
export interface Virtiofsd {
  readonly path: string;
  readonly implementation: "rust" | "c";
  /** It can run as this user. */
  readonly usable: boolean;
}

/** Everything QEMU's command line depends on. */
export interface QemuFacts {
  readonly host: { readonly os: HostOs; readonly arch: Arch; readonly osVersion: string };
  readonly instance: { readonly name: string; readonly directory: string };
  readonly config: Config;
  /** Absolute path of the binary, and words of `QEMU_SYSTEM_<ARCH>` after the first. */
  readonly binary: { readonly path: string; readonly extraArgs: readonly string[] };
  readonly features: QemuFeatures;
  readonly acceleration: AccelerationFacts;
  /** UEFI code image; undefined when none was found. */
  readonly firmware: string | undefined;
  readonly disks: DiskFacts;
  /** Direct boot; `cmdline` without a trailing line feed. */
  readonly boot: { readonly kernel?: string; readonly cmdline?: string; readonly initrd?: string };
  /** A Windows guest has been installed already. */
  readonly windowsInstalled: boolean;
  /** A Windows guest's driver medium exists. */
  readonly virtioWin: boolean;
  /** Data disks in the order of `additionalDisks`, as absolute paths. */
  readonly additionalDisks: readonly string[];
  readonly sshAddress: string;
  readonly sshLocalPort: number;
  readonly macAddress: string;
  /** `networks[]`, in that order. */
  readonly networks: readonly NetworkAttachment[];
  /** Programs beside QEMU, found only where the configuration needs them. */
  readonly helpers: { readonly virtiofsd: Virtiofsd | undefined; readonly swtpm: string | undefined };
}
