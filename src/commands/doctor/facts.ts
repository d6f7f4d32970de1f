import type { Arch, HostOs } from "../../lib/host.ts";
import type { AccelerationFacts } from "../../vm/qemu/facts.ts";

/** A program that was looked for: what was found of it, or the error of looking, remedy included. */
export type Found<T> = { readonly found: T } | { readonly problem: string };

/** What QEMU is like for one architecture. */
export interface QemuState {
  readonly arch: Arch;
  readonly binary: Found<{ readonly path: string; readonly version: string | undefined; readonly accelHelp: string }>;
  /** Undefined when there is none, or when it was not looked for because QEMU is missing. */
  readonly firmware: string | undefined;
}

/** A port of the host that an instance is configured to have. */
export interface WantedPort {
  readonly field: string;
  readonly address: string;
  readonly port: number;
  /** What kept it from being listened on; undefined when it is free, or when the instance itself has it. */
  readonly taken: string | undefined;
}

/** What matters of one instance. */
export interface InstanceState {
  readonly name: string;
  readonly status: string;
  readonly errors: readonly string[];
  /** The configuration can be loaded. */
  readonly loaded: boolean;
  readonly memoryBytes: number;
  /** Length in bytes of the longest socket path in its directory. */
  readonly socketPathBytes: number;
  readonly usesSshfs: boolean;
  readonly ports: readonly WantedPort[];
  /** Files of a run that has ended. */
  readonly staleFiles: readonly string[];
  /** Processes of its virtual machine that no host agent looks after. */
  readonly orphans: readonly number[];
}

/** What `limactl doctor` judges. */
export interface DoctorFacts {
  readonly os: HostOs;
  readonly arch: Arch;
  /** Text of /etc/os-release; empty where there is none. */
  readonly osRelease: string;
  readonly limaHome: string;
  /** What kept a file from being written there; undefined when it can. */
  readonly homeProblem: string | undefined;
  readonly homeFreeBytes: number | undefined;
  readonly memoryBytes: number;
  readonly availableMemoryBytes: number;
  /** Of the host's architecture first, then of those that instances use. */
  readonly qemu: readonly QemuState[];
  readonly qemuImg: string | undefined;
  readonly acceleration: AccelerationFacts;
  readonly ssh: Found<{ readonly path: string; readonly version: string }>;
  /** `ssh-keygen` is there, or the identity that it would make. */
  readonly identity: boolean;
  readonly rsync: string | undefined;
  readonly sftpServer: string | undefined;
  readonly instances: readonly InstanceState[];
  /** Parts of instances whose creation was killed. */
  readonly staleParts: readonly string[];
}
