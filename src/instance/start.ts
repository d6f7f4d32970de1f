import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { WatchTransfer } from "../image/progress.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { describeExit } from "../lib/exec.ts";
import { type Lock, tryLockDirectory } from "../lib/flock.ts";
import { quote } from "../lib/quote.ts";
import { findAttachable } from "../store/attach.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { runningProcesses } from "../store/running.ts";
import { ensureIdentity } from "../store/ssh-keys.ts";
import { findSshProgram } from "../store/ssh-program.ts";
import { loadDriver } from "../vm/drivers.ts";
import { type AgentLogs, agentCommand, agentLogs, hasEnded, launchHostAgent, waitForPidFile } from "./agent-launch.ts";
import { runPlaybooks } from "./ansible.ts";
import { processFacts, registeredEntry, startByManager, stopByManager } from "./autostart/manager.ts";
import { isStartedByManager, planStart } from "./autostart/start-plan.ts";
import type { InstanceContext } from "./context.ts";
import { obtainGuestAgents } from "./guest-agent-file.ts";
import { inspectInstance } from "./inspect.ts";
import { type Prepared, prepareInstance } from "./prepare.ts";
import type { Instance } from "./record.ts";
import { shellCommand } from "./shell-command.ts";
import { StartClock } from "./start-clock.ts";
import { StartFollower } from "./start-follower.ts";
import { startTimesText } from "./start-times-plan.ts";
import { cleanUpRun, driversOf, endOrphans, forceStopInstance } from "./stop.ts";
import { watchHostAgent } from "./watch.ts";

export interface StartOptions {
  /** How long the instance may take until it runs. @default 600000 */
  readonly timeoutMs?: number;
  /** Follow cloud-init's output. @default false */
  readonly progress?: boolean;
  /** Start the host agent with --debug. @default false */
  readonly debug?: boolean;
  /** Leave out the READY line, because a shell is opened next. @default false */
  readonly forShell?: boolean;
  /** Receives the instance's message, unformatted. */
  readonly writeMessage: (text: string) => void;
  readonly watchTransfer?: WatchTransfer;
  /** Told what the start waits for, each time that changes. */
  readonly onPhase?: (name: string) => void;
  /** Replaces this program by the host agent, whose command line it gets; does not return. @default the agent runs apart */
  readonly becomeAgent?: (command: readonly string[], logs: AgentLogs) => Promise<never>;
  readonly signal: AbortSignal;
}

const defaultTimeoutMs = 600_000;

/** How long an abandoned guest may take to shut down before it is started anew. */
const orphanLimitMs = 30_000;

/**
 * Starts an instance and waits until it runs: prepares its disks, launches the host agent, which outlives this program,
 * and follows what that tells. On abort the instance is stopped again and stays whole.
 * @throws UserError that says what kept it from running
 */
export async function startInstance(context: InstanceContext, name: string, options: StartOptions): Promise<void> {
  const { logger } = context;
  const instance = await inspectInstance(context, name);
  if (instance.status === "Running") {
    logger.info(`The instance ${quote(name)} is already running. Run ${quote(shellCommand(name))} to open the shell.`);
    return;
  }
  if (instance.config === undefined) {
    throw new UserError(`errors inspecting instance: [${instance.errors.join(", ")}]`);
  }
  if (instance.status !== "Stopped") logger.warn(`expected status \`Stopped\`, got ${quote(instance.status)}`);
  const entry = registeredEntry(context, name);
  const plan = planStart({
    registered: entry !== undefined,
    foreground: options.becomeAgent !== undefined,
    byManager: isStartedByManager(processFacts(context.host)),
  });
  if (plan.reconciles) {
    const { reconcileNetworks } = await import("./reconcile-networks.ts");
    await reconcileNetworks(context, name);
  }
  const since = new Date();
  const clock = new StartClock("preparation", options.onPhase);
  let agent: ChildProcess | undefined;
  let takesOver: boolean;
  // A machine that runs has got its media already.
  let prepared: Prepared = { nerdctlArchive: undefined };
  {
    using _held = holdForStart(instance);
    refuseRunning(instance);
    takesOver = await canTakeOver(context, instance, options.signal);
    if (takesOver) {
      logger.info(`Taking over the running virtual machine of the instance ${quote(name)}, whose host agent is gone`);
    } else {
      await endLeftovers(context, instance, options.signal);
      logger.info(`Starting the instance ${quote(name)} with internal VM driver ${quote(instance.vmType)}`);
      prepared = await prepareInstance(context, instance, options);
    }
    await Promise.all([findSshProgram(context.host, context.logger), ensureIdentity(context.host, context.limaHome)]);
    const guestAgents = await obtainGuestAgents(context, instance.config, options.signal);
    options.signal.throwIfAborted();
    const command = agentCommand(context, instance, options, { ...prepared, guestAgents });
    if (plan.warning !== undefined) logger.warn(plan.warning);
    if (plan.agent === "manager" && options.progress === true) {
      logger.warn(`\`--progress\` has no effect, as the instance is started by ${entry?.manager}`);
    }
    if (options.becomeAgent !== undefined) await options.becomeAgent(command, agentLogs(instance));
    clock.enter("QEMU up");
    if (plan.agent === "apart") {
      agent = launchHostAgent(context, instance, command);
      await waitForPidFile(instance, agent);
    }
  }
  try {
    if (entry !== undefined && plan.agent === "manager") {
      // The instance is held no more: what the manager runs is another limactl, which starts it.
      await startByManager(context, entry, name);
      await waitForPidFile(instance, agent);
    }
    await waitUntilRunning(context, instance, { agent, since, takesOver, clock }, options);
  } catch (error) {
    if (options.signal.aborted && takesOver) {
      logger.info(`The virtual machine of the instance ${quote(name)} runs on, and its new host agent with it`);
    } else if (options.signal.aborted) {
      logger.info(`Stopping the instance ${quote(name)}, as the start was interrupted`);
      if (entry !== undefined && plan.agent === "manager") {
        await stopByManager(context, entry, name).catch((failure: unknown) => logger.error(errorText(failure)));
      }
      await forceStopInstance(context, await inspectInstance(context, name));
    }
    throw error;
  } finally {
    agent?.unref();
  }
}

/** Only one program at a time may look at an instance, decide that it is to be started, and launch its host agent. */
function holdForStart(instance: Instance): Lock {
  const held = tryLockDirectory(instance.dir);
  if (held === "gone") throw new UserError(`instance ${quote(instance.name)} not found`);
  if (held === "taken") {
    throw new UserError(`instance ${quote(instance.name)} seems running: another limactl is starting it`);
  }
  return held;
}

function refuseRunning(instance: Instance): void {
  const { hostAgent } = runningProcesses(instance.dir, instance.name, instance.vmType);
  if (hostAgent === undefined) return;
  const pidFile = join(instance.dir, instanceFiles.hostAgentPid);
  throw new UserError(
    `instance ${quote(instance.name)} seems running (hint: remove ${quote(pidFile)} if the instance is not actually running)`,
  );
}

/** Whether the virtual machine runs without a host agent and another one can take it over; why it cannot is told. */
async function canTakeOver(context: InstanceContext, instance: Instance, signal: AbortSignal): Promise<boolean> {
  const verdict = findAttachable(instance.dir);
  if (verdict.kind === "none") return false;
  const driver = await loadDriver(instance.vmType);
  const answers =
    verdict.kind === "attach" && (await driver.answers({ name: instance.name, directory: instance.dir }, signal));
  if (answers) return true;
  const reason = verdict.kind === "refused" ? verdict.reason : "its monitor does not answer";
  context.logger.warn(`The running virtual machine cannot be taken over: ${reason}`);
  return false;
}

/** Ends what an earlier run left behind: a virtual machine without its host agent, stale pid files and sockets. */
async function endLeftovers(context: InstanceContext, instance: Instance, signal: AbortSignal): Promise<void> {
  const drivers = driversOf(instance);
  const dead: Instance = { ...instance, hostAgent: undefined };
  if (drivers.length === 0 && !existsSync(join(instance.dir, instanceFiles.state))) return;
  await endOrphans(context, dead, drivers, { graceful: true, timeoutMs: orphanLimitMs }, signal);
  cleanUpRun(context, dead);
}

/** A start under way. */
interface Starting {
  /** Undefined when it is the service manager's child. */
  readonly agent: ChildProcess | undefined;
  readonly since: Date;
  /** The virtual machine ran before. */
  readonly takesOver: boolean;
  readonly clock: StartClock;
}

async function waitUntilRunning(
  context: InstanceContext,
  instance: Instance,
  { agent, since, takesOver, clock }: Starting,
  options: StartOptions,
): Promise<void> {
  const ended = new AbortController();
  agent?.once("exit", () => ended.abort());
  if (agent !== undefined && hasEnded(agent)) ended.abort();
  const timeoutMs = options.timeoutMs !== undefined && options.timeoutMs > 0 ? options.timeoutMs : defaultTimeoutMs;
  const timeout = AbortSignal.timeout(timeoutMs);
  // The service manager's command line does not ask the agent for it.
  const progress = options.progress === true && agent !== undefined;
  const follower = new StartFollower(context, instance, clock, progress);
  const outcome = await watchHostAgent(
    {
      dir: instance.dir,
      from: { stdout: 0, stderr: 0 },
      since,
      logger: context.logger,
      signal: AbortSignal.any([ended.signal, timeout, options.signal]),
    },
    (event) => follower.take(event),
  );
  options.signal.throwIfAborted();
  if (outcome === "running") {
    await runPlaybooks(context, instance, options.signal);
    if (options.forShell !== true) context.logger.info(startTimesText(clock.times()));
    const shown = instance.config?.message === "" ? instance : await inspectInstance(context, instance.name);
    announce(context, shown, options);
    return;
  }
  if (outcome !== undefined) throw new UserError(outcome.error);
  if (agent !== undefined && ended.signal.aborted) {
    const status = describeExit({ code: agent.exitCode, signal: agent.signalCode });
    if (!takesOver) await endAbandoned(context, instance);
    throw new UserError(
      `host agent process has exited: ${status} (hint: see ${quote(join(instance.dir, instanceFiles.hostAgentStderr))})`,
    );
  }
  throw new UserError(
    `did not receive an event with the \`running\` status in ${Math.round(timeoutMs / 1000)}s ` +
      `(hint: the virtual machine is left running; see ${quote(join(instance.dir, "serial*.log"))}, or allow more time with --timeout)`,
  );
}

/** A host agent that was killed leaves its virtual machine; nothing may run on for an instance that did not start. */
async function endAbandoned(context: InstanceContext, instance: Instance): Promise<void> {
  const now = await inspectInstance(context, instance.name);
  await endOrphans(context, now, driversOf(now), { graceful: false });
}

function announce(context: InstanceContext, instance: Instance, options: StartOptions): void {
  const { logger } = context;
  if (options.forShell !== true) {
    const command =
      instance.config?.plain === true
        ? `ssh -F ${quote(instance.sshConfigFile)} ${instance.hostname}`
        : shellCommand(instance.name);
    const shown = instance.config?.plain === true ? `\`${command}\`` : quote(command);
    logger.info(`READY. Run ${shown} to open the shell.`);
  }
  if (instance.message === "") return;
  logger.info(`Message from the instance ${quote(instance.name)}:`);
  options.writeMessage(instance.message.endsWith("\n") ? instance.message : `${instance.message}\n`);
}
