import { rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../lib/errors.ts";
import { readTextIfExistsSync } from "../lib/files.ts";
import { quote } from "../lib/quote.ts";
import { instanceFiles } from "./instance-files.ts";
import { bootId, commandLine, findProcesses, type ProcessIdentity, processIdentity } from "./process.ts";
import { type InstanceState, readState } from "./state.ts";

/** The processes of an instance that really run now. */
export interface RunningProcesses {
  readonly hostAgent?: ProcessIdentity;
  readonly driver?: ProcessIdentity;
}

type Role = "hostAgent" | "driver";

/**
 * Finds which processes of an instance run: its pid files, checked against what `state.json` recorded, or, where that
 * says nothing of the number (a directory made by Lima), against the process's own command line. A pid file that names
 * a process that is gone or is not ours is removed.
 * @throws UserError for a pid file that holds no number
 */
export function runningProcesses(directory: string, name: string, vmType: string): RunningProcesses {
  const agentPid = readPidFile(join(directory, instanceFiles.hostAgentPid));
  const driverPid = readPidFile(join(directory, `${vmType}.pid`));
  if (agentPid === undefined && driverPid === undefined) return {};
  const state = readState(directory);
  const hostAgent =
    agentPid === undefined ? undefined : judge(agentPid, "hostAgent", state, (argv) => isHostAgent(argv, name));
  const driver =
    driverPid === undefined ? undefined : judge(driverPid, "driver", state, (argv) => isDriver(argv, directory, name));
  if (agentPid !== undefined && hostAgent === undefined) removePidFile(directory, instanceFiles.hostAgentPid, agentPid);
  if (driverPid !== undefined && driver === undefined) removePidFile(directory, `${vmType}.pid`, driverPid);
  return {
    ...(hostAgent === undefined ? {} : { hostAgent }),
    ...(driver === undefined ? {} : { driver }),
  };
}

/** QEMU processes that run for this instance whatever the pid files say (an agent killed before it recorded its child). */
export function strayDrivers(directory: string): ProcessIdentity[] {
  const pidFile = join(directory, instanceFiles.qemuPid);
  return findProcesses((argv) => argv[argv.indexOf("-pidfile") + 1] === pidFile && argv.includes("-pidfile")).flatMap(
    (pid) => processIdentity(pid) ?? [],
  );
}

/** The number in a pid file, undefined without the file. @throws UserError when it holds something else */
function readPidFile(path: string): number | undefined {
  const text = readTextIfExistsSync(path)?.trim();
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,9}$/.test(text)) {
    throw new UserError(`pid file ${quote(path)} holds no process id: ${quote(text.slice(0, 40))}`);
  }
  return Number(text);
}

function judge(
  pid: number,
  role: Role,
  state: InstanceState | undefined,
  isOurs: (argv: readonly string[]) => boolean,
): ProcessIdentity | undefined {
  const identity = processIdentity(pid);
  if (identity === undefined) return undefined;
  const recorded = state?.[role];
  if (state !== undefined && recorded?.pid === pid) {
    return state.bootId === bootId() && recorded.startTime === identity.startTime ? identity : undefined;
  }
  return isOurs(commandLine(pid)) ? identity : undefined;
}

function isHostAgent(argv: readonly string[], name: string): boolean {
  return argv.includes("hostagent") && argv.at(-1) === name;
}

function isDriver(argv: readonly string[], directory: string, name: string): boolean {
  return (
    argv.includes(`lima-${name}`) || argv.some((word) => word.startsWith(`${directory}/`)) || isHostAgent(argv, name)
  );
}

/** Removes the pid file only while it still names the process that was judged: another start may have replaced it. */
function removePidFile(directory: string, name: string, pid: number): void {
  const path = join(directory, name);
  try {
    if (readPidFile(path) === pid) rmSync(path, { force: true });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
