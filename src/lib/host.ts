/** Operating systems a host can run. */
export type HostOs = "linux" | "darwin" | "windows" | "freebsd" | "netbsd" | "dragonfly";

/** Architectures by the names that lima.yaml uses. */
export type Arch = "x86_64" | "aarch64" | "armv7l" | "ppc64le" | "riscv64" | "s390x";

/** The person who runs the program, as the operating system's user database tells it. */
export interface HostUser {
  readonly name: string;
  /** Full name (GECOS); may be empty. */
  readonly comment: string;
  /** Numeric user id; -1 where the system has none (Windows). */
  readonly uid: number;
  readonly gid: number;
}

/**
 * The cheap facts about this machine and this run, read once at start-up and passed to everything that decides.
 * Plans read this value and never the process, the clock or the disk, so that any host can be planned for on any other.
 */
export interface Host {
  readonly os: HostOs;
  readonly arch: Arch;
  /** Operating system version as dotted numbers ("14.5" for macOS); empty when unknown. */
  readonly osVersion: string;
  /** Logical CPUs. */
  readonly cpus: number;
  readonly memoryBytes: number;
  /** The user's home directory, absolute. */
  readonly home: string;
  readonly user: HostUser;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Working directory at start-up, absolute. */
  readonly cwd: string;
  /** The command that starts this program again: `[executable]` when compiled, `[bun, script]` from source. */
  readonly self: readonly string[];
  /** Start of this run. */
  readonly now: Date;
}
