import { readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/types.ts";
import { UserError } from "../lib/errors.ts";
import { type Lock, tryLock } from "../lib/flock.ts";
import type { Host } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { runningProcesses } from "../store/running.ts";
import { removeState } from "../store/state.ts";
import type { Driver } from "../vm/driver.ts";
import { ApiServer } from "./api-server.ts";
import { EventTeller } from "./event-teller.ts";
import { runMachine } from "./machine-run.ts";
import { Services } from "./service.ts";

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
  using _alone = takeLock(options);
  refuseSecond(options);
  const { directory, logger, pidFile } = options;
  const events = new EventTeller(options.output ?? writeStdout);
  const services = new Services(logger);
  const run: { sshLocalPort?: number } = {};
  try {
    // a state of an earlier run says nothing of the processes that are started now
    removeState(directory);
    await services.start(new ApiServer(options.socketPath, { info: () => ({ ...run }) }, logger));
    writePidFile(pidFile);
    await runMachine(options, {
      events,
      onSshPort: (port) => {
        run.sshLocalPort = port;
      },
    });
  } finally {
    await services.stop();
    removeState(directory);
    rmSync(pidFile, { force: true });
  }
}

/** The lock is held for the agent's life: as long as it is, an agent runs, whatever the pid file says. */
function takeLock(options: HostAgentOptions): Lock {
  const lock = tryLock(join(options.directory, instanceFiles.hostAgentLock));
  if (lock !== undefined) return lock;
  throw alreadyRuns(pidOf(options.pidFile), options.pidFile);
}

/** An agent of Lima's own holds no lock. */
function refuseSecond({ directory, name, config, pidFile }: HostAgentOptions): void {
  const { hostAgent } = runningProcesses(directory, name, config.vmType);
  if (hostAgent !== undefined && hostAgent.pid !== process.pid) throw alreadyRuns(String(hostAgent.pid), pidFile);
}

function alreadyRuns(pid: string, pidFile: string): UserError {
  return new UserError(`another hostagent may already be running with pid ${pid} (pidfile ${quote(pidFile)})`);
}

function pidOf(pidFile: string): string {
  try {
    return readFileSync(pidFile, "utf8").trim();
  } catch {
    return "unknown";
  }
}

/** The number appears as a whole: the starting program looks for the file. */
function writePidFile(path: string): void {
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, `${process.pid}\n`, { mode: 0o644 });
  renameSync(temporary, path);
}

function writeStdout(line: string): void {
  writeSync(1, `${line}\n`);
}
