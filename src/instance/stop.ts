import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorText, UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { unlockDataDisks } from "../store/data-disks.ts";
import { instanceFiles, transientSuffixes } from "../store/instance-files.ts";
import { type ProcessIdentity, processIdentity, signalProcess, waitForEnd } from "../store/process.ts";
import { strayDrivers } from "../store/running.ts";
import { waitForMasterEnd } from "../store/ssh-master.ts";
import { removeState } from "../store/state.ts";
import { loadDriver } from "../vm/drivers.ts";
import { stopByManager, stoppingEntry } from "./autostart/manager.ts";
import type { InstanceContext } from "./context.ts";
import { inspectInstance } from "./inspect.ts";
import type { Instance } from "./record.ts";
import { currentPosition, watchHostAgent } from "./watch.ts";

/** How long a host agent may take to shut its guest down. */
const shutdownLimitMs = 190_000;

/** How long the processes may outlive the agent's last event. */
const settleLimitMs = 180_000;

/** How long the ssh connection that shells share may outlive its guest. */
const masterEndLimitMs = 2_000;

/** How long the kernel may take to end a process that was sent SIGKILL. */
const killLimitMs = 10_000;

/**
 * Shuts an instance down in order: the host agent is asked and presses the guest's power button. Where the agent is
 * gone and the virtual machine runs on, that is ended without it.
 * @throws UserError when nothing of the instance runs, or when it does not end in time
 */
export async function stopInstance(context: InstanceContext, instance: Instance, signal?: AbortSignal): Promise<void> {
  const { logger } = context;
  if (instance.hostAgent === undefined) {
    const orphans = driversOf(instance);
    if (orphans.length === 0) throw notRunning(instance);
    await endOrphans(context, instance, orphans, { graceful: true }, signal);
    cleanUpRun(context, instance);
    logger.info(`The instance ${instance.name} has shut down`);
    return;
  }
  await askAgentToStop(context, instance, instance.hostAgent, signal);
  logger.info("Waiting for the instance to shut down");
  const ended = await waitForEnd(instance.hostAgent, settleLimitMs);
  if (!ended) throw new UserError("timed out waiting for instance to shut down after 3 minutes");
  await endOrphans(context, instance, driversOf(instance), { graceful: true }, signal);
  const after = await inspectInstance(context, instance.name);
  if (after.status !== "Stopped") throw new UserError(`failed to inspect instance status: got ${quote(after.status)}`);
  removeState(instance.dir);
  logger.info(`The instance ${instance.name} has shut down`);
}

/**
 * Ends everything of an instance at once, as pulling the plug does, and removes what belonged to the run. Never fails:
 * what cannot be done is logged.
 */
export async function forceStopInstance(context: InstanceContext, instance: Instance): Promise<void> {
  const { logger } = context;
  const vmType = instance.vmType === "" ? "qemu" : instance.vmType;
  const drivers = driversOf(instance);
  if (drivers.length === 0) logger.info(`The ${vmType} driver process seems already stopped`);
  for (const driver of drivers) {
    logger.info(`Sending SIGKILL to the ${vmType} driver process ${driver.pid}`);
    await kill(context, driver);
  }
  if (instance.hostAgent === undefined) {
    logger.info("The host agent process seems already stopped");
  } else {
    logger.info(`Sending SIGKILL to the host agent process ${instance.hostAgent.pid}`);
    await kill(context, instance.hostAgent);
    await endRevival(context, instance);
  }
  // The agent may have started a virtual machine between the look and its end.
  for (const driver of driversOf(instance)) await kill(context, driver);
  await waitForMasterEnd(join(instance.dir, instanceFiles.sshSock), masterEndLimitMs);
  cleanUpRun(context, instance);
}

/** Ends virtual machines that no host agent looks after, by their monitor and then by signal. */
export async function endOrphans(
  context: InstanceContext,
  instance: Instance,
  orphans: readonly ProcessIdentity[],
  options: { readonly graceful: boolean; readonly timeoutMs?: number },
  signal?: AbortSignal,
): Promise<void> {
  if (orphans.length === 0) return;
  const driver = await loadDriver(instance.vmType === "" ? "qemu" : instance.vmType);
  for (const orphan of orphans) {
    context.logger.warn(
      `The host agent of instance ${quote(instance.name)} is gone, but its virtual machine runs on (pid ${orphan.pid}); ending it`,
    );
    await driver.endOrphan({
      instance: { name: instance.name, directory: instance.dir },
      process: orphan,
      graceful: options.graceful,
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      onStep: (step) => context.logger.log(step.level, step.text),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** Every virtual machine process of an instance that really runs, recorded or not. */
export function driversOf(instance: Instance): ProcessIdentity[] {
  const found = new Map<number, ProcessIdentity>();
  if (instance.driver !== undefined && processIdentity(instance.driver.pid)?.startTime === instance.driver.startTime) {
    found.set(instance.driver.pid, instance.driver);
  }
  for (const stray of strayDrivers(instance.dir)) found.set(stray.pid, stray);
  return [...found.values()];
}

/** Removes pid files, sockets and temporary files of a run that has ended, telling each. */
export function cleanUpRun(context: InstanceContext, instance: Instance): void {
  const patterns = transientSuffixes.map((suffix) => `*${suffix}`).join(" ");
  context.logger.info(`Removing ${patterns} under ${quote(instance.dir)}`);
  let names: string[];
  try {
    names = readdirSync(instance.dir);
  } catch (error) {
    context.logger.error(errorText(error));
    return;
  }
  for (const name of names.filter((each) => transientSuffixes.some((suffix) => each.endsWith(suffix)))) {
    const path = join(instance.dir, name);
    context.logger.info(`Removing ${quote(path)}`);
    try {
      rmSync(path, { force: true });
    } catch (error) {
      context.logger.error(errorText(error));
    }
  }
  releaseDisks(context, instance);
  removeState(instance.dir);
}

/** A host agent that was killed has left its additional disks marked as used. */
function releaseDisks({ limaHome, logger }: InstanceContext, { dir }: Instance): void {
  try {
    for (const name of unlockDataDisks(limaHome, dir)) logger.info(`Unmounting disk ${quote(name)}`);
  } catch (error) {
    logger.error(errorText(error));
  }
}

async function askAgentToStop(
  context: InstanceContext,
  instance: Instance,
  agent: ProcessIdentity,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { logger } = context;
  const from = currentPosition(instance.dir);
  const since = new Date();
  const gone = new AbortController();
  const asked = requestEnd(context, instance, agent).catch((error: unknown) => {
    gone.abort();
    throw error;
  });
  logger.info("Waiting for the host agent and the driver processes to shut down");
  const watched = AbortSignal.any([gone.signal, AbortSignal.timeout(shutdownLimitMs), ...(signal ? [signal] : [])]);
  const ended = waitForEnd(agent, shutdownLimitMs).then(() => gone.abort());
  const exiting = await watchHostAgent({ dir: instance.dir, from, since, logger, signal: watched }, ({ status }) => {
    if (status.errors !== undefined && status.errors.length > 0) logger.error(`[${status.errors.join(" ")}]`);
    return status.exiting === true ? true : undefined;
  });
  signal?.throwIfAborted();
  await asked;
  if (exiting === undefined && processIdentity(agent.pid)?.startTime === agent.startTime) {
    throw new UserError("did not receive an event with the `exiting` status");
  }
  await ended;
}

/** Asks the one that runs the host agent to end it: the service manager, which would wonder else, or the agent itself. */
async function requestEnd(context: InstanceContext, instance: Instance, agent: ProcessIdentity): Promise<void> {
  const entry = stoppingEntry(context, instance);
  if (entry === undefined) {
    context.logger.info(`Sending SIGINT to hostagent process ${agent.pid}`);
    signalProcess(agent, "SIGINT");
    return;
  }
  context.logger.info(`Stopping the instance ${quote(instance.name)} started by ${entry.manager}`);
  await stopByManager(context, entry, instance.name);
}

function notRunning(instance: Instance): UserError {
  return new UserError(
    `expected status \`Running\`, got ${quote(instance.status)} (maybe use \`limactl stop -f\`?)` +
      (instance.errors.length === 0 ? "" : `: ${instance.errors.join("; ")}`),
  );
}

/** The service manager starts again what has failed, as a killed program has; it has to be told that this was meant. */
async function endRevival(context: InstanceContext, instance: Instance): Promise<void> {
  const entry = stoppingEntry(context, instance);
  if (entry === undefined) return;
  try {
    await stopByManager(context, entry, instance.name);
  } catch (error) {
    context.logger.error(errorText(error));
  }
}

async function kill(context: InstanceContext, victim: ProcessIdentity): Promise<void> {
  try {
    signalProcess(victim, "SIGKILL");
    if (!(await waitForEnd(victim, killLimitMs))) context.logger.error(`process ${victim.pid} does not end`);
  } catch (error) {
    context.logger.error(`cannot end process ${victim.pid}: ${errorText(error)}`);
  }
}
