import type { Config } from "../config/types.ts";
import type { Host } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import type { Driver } from "../vm/driver.ts";

/** What a run of the host agent is given. */
export interface HostAgentOptions {
  readonly host: Host;
  /** Writes JSON lines to stderr, which is `ha.stderr.log`. */
  readonly logger: Logger;
  /** Name of the instance. */
  readonly name: string;
  readonly limaHome: string;
  /** The instance's directory. */
  readonly directory: string;
  /** Filled, validated, and configured by the driver. */
  readonly config: Config;
  readonly driver: Driver;
  /** Content of `lima-version`; empty when there is none. */
  readonly limaVersion: string;
  /** Scripts for the guest, by path below src/guest/boot; from src/assets/boot-scripts.ts. */
  readonly bootScripts: Readonly<Record<string, string>>;
  /** Receives this process's number; removed at the end. */
  readonly pidFile: string;
  /** Where the REST API listens. */
  readonly socketPath: string;
  /** Host path of the guest agent's executable; undefined leaves it out. */
  readonly guestAgentFile?: string | undefined;
  /** The same for guests whose C library is musl. */
  readonly guestAgentMuslFile?: string | undefined;
  /** Host path of the nerdctl-full archive; undefined when containerd is off or the archive could not be had. */
  readonly nerdctlArchive?: string | undefined;
  /** The service manager's name for what started this process; undefined when that was not the service manager. */
  readonly autoStartedIdentifier?: string | undefined;
  /** Whether cloud-init's output is told as events. */
  readonly progress: boolean;
  /** Whether the program runs with --debug. */
  readonly debug: boolean;
  /** Asks for the orderly end; the reason is the signal's name (`SIGINT`). */
  readonly signal: AbortSignal;
  /** Takes each line for stdout, which is `ha.stdout.log`. @default this process's standard output */
  readonly output?: (line: string) => void;
}
