import { mkdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode, errorText, UserError } from "../../lib/errors.ts";
import { childEnv, describeExit, exec } from "../../lib/exec.ts";
import { readTextIfExistsSync, writeFileAtomic } from "../../lib/files.ts";
import type { Host } from "../../lib/host.ts";
import { quote } from "../../lib/quote.ts";
import { instanceDirectory } from "../../store/directories.ts";
import type { InstanceContext } from "../context.ts";
import type { Instance } from "../record.ts";
import type { AutostartEntry, AutostartFacts } from "./entry.ts";
import { launchdEntry } from "./launchd-plan.ts";
import { managerStops, type ProcessFacts } from "./start-plan.ts";
import { systemdEntry } from "./systemd-plan.ts";

/** What this host's service manager would be given for an instance; undefined where there is none that serves. */
function autostartEntry(context: InstanceContext, name: string): AutostartEntry | undefined {
  const facts = autostartFacts(context, name);
  switch (context.host.os) {
    case "darwin":
      return launchdEntry(facts);
    case "linux":
      return hasSystemd() ? systemdEntry(facts) : undefined;
    default:
      return undefined;
  }
}

/** The same, for a command that needs it. @throws UserError where instances cannot start by themselves */
export function requireEntry(context: InstanceContext, name: string): AutostartEntry {
  const entry = autostartEntry(context, name);
  if (entry === undefined) throw new UserError(`autostart is not supported on ${context.host.os}`);
  return entry;
}

export function autostartFacts({ host, limaHome }: InstanceContext, name: string): AutostartFacts {
  const elsewhere = (host.env.LIMA_HOME ?? "") !== "";
  return {
    limactl: host.self,
    home: host.home,
    uid: host.user.uid,
    xdgConfigHome: host.env.XDG_CONFIG_HOME,
    limaHome: elsewhere ? limaHome : undefined,
    instance: { name, dir: instanceDirectory(limaHome, name) },
  };
}

/** systemd runs this host (sd_booted(3)). */
function hasSystemd(): boolean {
  return statSync("/run/systemd/system", { throwIfNoEntry: false })?.isDirectory() === true;
}

/** @throws UserError when it cannot be told */
export function isRegistered(entry: AutostartEntry, name: string): boolean {
  try {
    return statSync(entry.file, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw new UserError(
      `failed to check if the autostart entry for instance ${quote(name)} is registered: ${errorText(error)}`,
      { cause: error },
    );
  }
}

/** The entry of an instance that is registered. @throws UserError when it cannot be told */
export function registeredEntry(context: InstanceContext, name: string): AutostartEntry | undefined {
  const entry = autostartEntry(context, name);
  return entry !== undefined && isRegistered(entry, name) ? entry : undefined;
}

/** The entry by which the service manager is to stop an instance that it has started, if it has. */
export function stoppingEntry(
  context: InstanceContext,
  { name, autoStartedIdentifier: startedBy }: Pick<Instance, "name" | "autoStartedIdentifier">,
): AutostartEntry | undefined {
  if (startedBy === "") return undefined;
  const entry = autostartEntry(context, name);
  const stored = entry === undefined ? [] : [entry, ...entry.dropIns].map(({ file }) => readTextIfExistsSync(file));
  return managerStops({ startedBy, entry, stored }) ? entry : undefined;
}

/** Asks the service manager to start an instance. @throws UserError when it does not */
export async function startByManager({ host }: InstanceContext, entry: AutostartEntry, name: string): Promise<void> {
  for (const { command, mayFail } of entry.start) {
    const failure = await runQuietly(host, command);
    if (failure === undefined || mayFail === true) continue;
    throw requestError("start", entry, name, failure);
  }
}

/** Asks the service manager to stop an instance, and waits until it has. @throws UserError when it does not */
export async function stopByManager({ host }: InstanceContext, entry: AutostartEntry, name: string): Promise<void> {
  const failure = await runQuietly(host, entry.stop);
  if (failure !== undefined) throw requestError("stop", entry, name, failure);
}

function requestError(verb: "start" | "stop", entry: AutostartEntry, name: string, failure: string): UserError {
  const program = entry.stop[0] ?? "";
  return new UserError(
    `failed to request ${verb} via autostart manager: failed to ${verb} the instance ${quote(name)} via ${program}: ${failure}`,
  );
}

/** @returns what went wrong */
async function runQuietly(host: Host, command: readonly string[]): Promise<string | undefined> {
  try {
    const result = await exec(command, { env: childEnv(host.env) });
    if (result.code === 0) return undefined;
    const said = result.stderr.trim();
    return said === "" ? describeExit(result) : `${describeExit(result)}: ${said}`;
  } catch (error) {
    return errorText(error);
  }
}

/** What tells whether the service manager started this process. */
export function processFacts({ os, env }: Host): ProcessFacts {
  const cgroup = os === "linux" ? readTextIfExistsSync("/proc/self/cgroup") : undefined;
  return { os, env, pid: process.pid, cgroup };
}

/**
 * Writes an entry and enables it; an entry that cannot be enabled does not stay.
 * @throws UserError that says what failed
 */
export async function register(host: Host, entry: AutostartEntry, name: string): Promise<void> {
  const before = isRegistered(entry, name);
  for (const { file, content } of [...entry.dropIns, entry]) {
    attempt(() => mkdirSync(dirname(file), { recursive: true }), `create the directory for`, name);
    attempt(() => writeFileAtomic(file, content, 0o644), "write", name);
  }
  try {
    await runShown(host, entry.enable);
  } catch (error) {
    if (!before) removeFiles(entry);
    throw error;
  }
}

/** Disables an entry and removes it. @throws UserError that says what failed */
export async function unregister(host: Host, entry: AutostartEntry, name: string): Promise<void> {
  try {
    await runShown(host, entry.disable);
  } catch (error) {
    throw entryError("disable", name, error);
  }
  attempt(() => removeFiles(entry), "remove", name);
}

/** The entry goes first: with what a crash leaves, the instance is not registered. */
function removeFiles({ file, dropIns }: AutostartEntry): void {
  rmSync(file, { force: true });
  for (const dropIn of dropIns) {
    rmSync(dropIn.file, { force: true });
    removeIfEmpty(dirname(dropIn.file));
  }
}

/** The person may have put drop-ins of their own there. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (errorCode(error) !== "ENOTEMPTY" && errorCode(error) !== "ENOENT") throw error;
  }
}

function attempt(act: () => void, what: string, name: string): void {
  try {
    act();
  } catch (error) {
    throw entryError(what, name, error);
  }
}

function entryError(what: string, name: string, cause: unknown): UserError {
  return new UserError(`failed to ${what} the autostart entry for instance ${quote(name)}: ${errorText(cause)}`, {
    cause,
  });
}

/** Runs a command whose output is the person's to see. @throws UserError when it cannot be run or fails */
export async function runShown(host: Host, command: readonly string[]): Promise<void> {
  const text = command.join(" ");
  let child: Bun.Subprocess;
  try {
    child = Bun.spawn([...command], {
      env: childEnv(host.env),
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    });
  } catch (error) {
    throw new UserError(`failed to run ${quote(text)}: ${errorText(error)}`, { cause: error });
  }
  if ((await child.exited) === 0) return;
  const status = { code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode) };
  throw new UserError(`failed to run ${quote(text)}: ${describeExit(status)}`);
}
