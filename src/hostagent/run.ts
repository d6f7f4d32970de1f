import { readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { HostAgentInfo } from "../hostapi/info.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { type Lock, tryLock } from "../lib/flock.ts";
import { quote } from "../lib/quote.ts";
import { findAttachable } from "../store/attach.ts";
import type { AttachVerdict } from "../store/attach-plan.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { ProcessIdentity } from "../store/process.ts";
import { runningProcesses } from "../store/running.ts";
import { removeState } from "../store/state.ts";
import type { Machine } from "../vm/driver.ts";
import { ApiServer, type ApiSource } from "./api-server.ts";
import { EventTeller } from "./event-teller.ts";
import { MachineLeft } from "./machine-attach.ts";
import { runMachine } from "./machine-run.ts";
import type { HostAgentOptions } from "./options.ts";
import { Services } from "./service.ts";

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
  let machine: Machine | undefined;
  const source: ApiSource = {
    info: () => infoOf(options, run, events),
    screenshot: async (format) => {
      const { display } = options.config.video;
      if (display === "" || display === "none") return { kind: "no-display" };
      if (machine === undefined) throw new UserError("the virtual machine does not run yet");
      return { kind: "picture", bytes: await machine.screenshot(format) };
    },
  };
  const attach = machineToAttach(directory);
  let left = false;
  try {
    // a state of an earlier run says nothing of the processes that are started now
    if (attach === undefined) removeState(directory);
    await services.start(new ApiServer(options.socketPath, source, logger));
    writePidFile(pidFile);
    await runMachine(options, {
      events,
      attach,
      onSshPort: (port) => {
        run.sshLocalPort = port;
      },
      onMachine: (running) => {
        machine = running;
      },
    });
  } catch (error) {
    left = error instanceof MachineLeft;
    throw error;
  } finally {
    await services.stop();
    if (!left) removeState(directory);
    rmSync(pidFile, { force: true });
  }
}

function infoOf(
  { autoStartedIdentifier }: HostAgentOptions,
  run: { readonly sshLocalPort?: number },
  { errors }: EventTeller,
): HostAgentInfo {
  return {
    ...(autoStartedIdentifier === undefined ? {} : { autoStartedIdentifier }),
    ...run,
    ...(errors.length === 0 ? {} : { errors }),
  };
}

/** The lock is held for the agent's life: as long as it is, an agent runs, whatever the pid file says. */
function takeLock(options: HostAgentOptions): Lock {
  const lock = tryLock(join(options.directory, instanceFiles.hostAgentLock));
  if (lock !== undefined) return lock;
  throw alreadyRuns(pidOf(options.pidFile), options.pidFile);
}

/** An agent of Lima's own holds no lock. */
function refuseSecond({ directory, name, config, pidFile }: HostAgentOptions): void {
  let hostAgent: ProcessIdentity | undefined;
  try {
    hostAgent = runningProcesses(directory, name, config.vmType).hostAgent;
  } catch (error) {
    throw new UserError(`failed to determine if another hostagent is running: ${errorText(error)}`, { cause: error });
  }
  if (hostAgent !== undefined && hostAgent.pid !== process.pid) throw alreadyRuns(String(hostAgent.pid), pidFile);
}

/** @throws UserError when a machine runs that cannot be taken over: a second one on its disk must not be started */
function machineToAttach(directory: string): Extract<AttachVerdict, { kind: "attach" }> | undefined {
  const verdict = findAttachable(directory);
  if (verdict.kind === "refused") {
    throw new UserError(
      `the virtual machine of an earlier host agent runs and cannot be taken over: ${verdict.reason}`,
    );
  }
  return verdict.kind === "attach" ? verdict : undefined;
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
