import type { Config } from "../config/types.ts";
import type { Host } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";

export interface HostAgentOptions {
  readonly host: Host;
  /** Writes JSON lines to stderr, which is `ha.stderr.log`. */
  readonly logger: Logger;
  /** Name of the instance. */
  readonly name: string;
  readonly limaHome: string;
  /** The instance's directory. */
  readonly directory: string;
  /** Filled and validated. */
  readonly config: Config;
  /** Content of `lima-version`; empty when there is none. */
  readonly limaVersion: string;
  /** Receives this process's number; removed at the end. */
  readonly pidFile: string;
  /** Where the REST API listens. */
  readonly socketPath: string;
  /** Host path of the guest agent's executable; undefined leaves it out. */
  readonly guestAgentFile?: string | undefined;
  /** Host path of the nerdctl-full archive; undefined when containerd is off or the archive could not be had. */
  readonly nerdctlArchive?: string | undefined;
  /** Whether cloud-init's output is told as events. */
  readonly progress: boolean;
  /** Whether the program runs with --debug. */
  readonly debug: boolean;
  /** Asks for the orderly end; the reason is the signal's name (`SIGINT`). */
  readonly signal: AbortSignal;
  /** Takes each line for stdout, which is `ha.stdout.log`. @default this process's standard output */
  readonly output?: (line: string) => void;
}

/**
 * Runs an instance from its start to its end: starts the driver, waits until the guest is ready, tells events, answers on
 * `ha.sock`, and ends with the machine or when the signal is aborted. `{"exiting":true}` is its last word.
 * @throws Error when the instance could not be started; the caller logs it as fatal and exits with 1
 */
export async function runHostAgent(options: HostAgentOptions): Promise<void> {
  throw new Error(`not yet: ${options.name}`);
}
