import type { Config } from "../config/types.ts";
import type { DiskFormat } from "../image/format.ts";
import type { ExitStatus } from "../lib/exec.ts";
import type { Host } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import type { ProcessIdentity } from "../store/process.ts";

/** What every call of a driver is about: one instance on this host. */
export interface DriverContext {
  readonly host: Host;
  readonly instance: DriverInstance;
  /** Filled by the config room and by the driver's own `configure`. */
  readonly config: Config;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

/** The instance as a driver sees it. */
export interface DriverInstance {
  readonly name: string;
  /** Absolute path of the instance directory. */
  readonly directory: string;
}

export interface StartOptions extends DriverContext {
  /** Port of the host's loopback that leads to the guest's sshd. */
  readonly sshLocalPort: number;
  /** How each entry of `networks` is reached, in that order; the network room finds out. */
  readonly networks: readonly NetworkAttachment[];
  /** Data disks, locked by the caller, as absolute paths in the order of `additionalDisks`. */
  readonly additionalDisks: readonly string[];
}

/** Where a network card of the guest is plugged in. */
export type NetworkAttachment = { readonly macAddress: string } & (
  | { readonly kind: "user-v2"; readonly socket: string }
  | { readonly kind: "vmnet"; readonly socket: string }
  | { readonly kind: "socket"; readonly socket: string }
);

export interface PowerOffOptions {
  /** Gives up waiting for the guest and kills at once. */
  readonly signal?: AbortSignal;
  /** How long the guest may take. @default 180000 */
  readonly timeoutMs?: number;
  /** Told each step before it is taken. */
  readonly onStep: (step: StopStep) => void;
}

/** One step of ending a machine, in words for a log. */
export interface StopStep {
  readonly level: "info" | "warning";
  readonly text: string;
}

/** Formats of a screenshot. */
export type PictureFormat = "png" | "bmp";

/** What a running machine with a display can be asked for. */
export interface MachineControls {
  setVncPassword(password: string): Promise<void>;
  /** The TCP port on which its VNC server listens. */
  vncPort(): Promise<number>;
  /** What its screen shows. */
  screenshot(format: PictureFormat): Promise<Uint8Array>;
  /**
   * Lets a machine go on that was stopped because its disk could not be written; it stops again when it still cannot.
   * @returns whether it was stopped so
   */
  resumeAfterDiskError(): Promise<boolean>;
}

/** A machine that runs. */
export interface Machine extends MachineControls {
  /** Process of the driver: QEMU itself. */
  readonly pid: number;
  /** Processes that serve it and end with it. */
  readonly helperPids: readonly number[];
  /** Settles, never rejects, when that process has ended and its helpers are gone. */
  readonly exited: Promise<ExitStatus>;
  /** The last lines the driver process wrote to its standard error, oldest first. */
  lastOutput(): readonly string[];
  /** Asks the guest to shut down, waits, and kills it after the limit; returns when the process is gone. */
  powerOff(options: PowerOffOptions): Promise<void>;
  /** Ends it at once; returns when the process is gone. */
  kill(): Promise<void>;
}

/** A machine that an earlier host agent started, and that runs on. */
export interface AttachOptions {
  readonly instance: DriverInstance;
  /** The driver process, found and proved to be this instance's. */
  readonly process: ProcessIdentity;
  /** The processes that serve it, as they were recorded; some may have ended. */
  readonly helpers: readonly ProcessIdentity[];
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

/** How to end a machine whose host agent has died. */
export interface EndOrphanOptions {
  readonly instance: DriverInstance;
  /** The driver process, found and proved to be this instance's. */
  readonly process: ProcessIdentity;
  /** True: the guest gets time to shut down; false: the process is ended at once. */
  readonly graceful: boolean;
  /** How long a guest may take to shut down. @default 180000 */
  readonly timeoutMs?: number;
  readonly onStep: (step: StopStep) => void;
  /** Ends the wait: its reason is thrown, and the guest goes on shutting down. */
  readonly signal?: AbortSignal;
}

/** Where the guest agent is reached. At most one way is set; none means the socket forwarded by ssh. */
export interface GuestAgentChannel {
  /** 0: none. */
  readonly vsockPort: number;
  /** Name below /dev/virtio-ports in the guest; empty: none. */
  readonly virtioPort: string;
  /** File name, in the instance directory, of the host's side of the virtio port; empty: none. */
  readonly socket: string;
}

/** What the config room cannot know and a driver fills in. */
export interface ConfigureFacts {
  readonly host: Host;
  /** Version of Lima that made the instance: undefined for one that is being made, empty when it was not recorded. */
  readonly createdBy?: string;
}

/** A configuration with the driver's defaults, and what people should know about it. */
export interface Configured {
  readonly config: Config;
  readonly warnings: readonly string[];
}

/** One way to run machines. Each driver gathers facts, plans from them, and starts what was planned. */
export interface Driver {
  readonly vmType: string;
  /** Image formats it can boot from; others are converted to raw. */
  readonly imageFormats: readonly DiskFormat[];
  readonly sshAddress: string;
  readonly guestAgent: GuestAgentChannel;
  /** Fills the driver's own defaults; pure. @throws UserError for what the driver cannot do */
  configure(config: Config, facts: ConfigureFacts): Configured;
  /** @throws UserError when this host lacks what the driver needs; changes nothing */
  check(context: DriverContext): Promise<void>;
  /** Starts the machine; resolves when the driver process answers. @throws UserError with what the driver said */
  start(options: StartOptions): Promise<Machine>;
  /** Whether a machine that runs without its host agent can be talked to. */
  answers(instance: DriverInstance, signal: AbortSignal): Promise<boolean>;
  /** Takes a running machine over. @throws Error when it does not answer */
  attach(options: AttachOptions): Promise<Machine>;
  /** Ends a machine without its host agent; returns when the process is gone. */
  endOrphan(options: EndOrphanOptions): Promise<void>;
}
