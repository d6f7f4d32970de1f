import { errorText, UserError } from "../lib/errors.ts";
import { describeExit, type ExitStatus } from "../lib/exec.ts";
import type { AttachVerdict } from "../store/attach-plan.ts";
import { loadSshKeys } from "../store/ssh-keys.ts";
import type { Machine } from "../vm/driver.ts";
import { holdDataDisks, keepDataDisks } from "./data-disks.ts";
import type { DnsPorts } from "./dns/dns-server.ts";
import { listenForNames } from "./dns/listen.ts";
import type { EventTeller } from "./event-teller.ts";
import { writeGuestMedia } from "./guest-media.ts";
import { attachMachine } from "./machine-attach.ts";
import { bootGuest } from "./machine-boot.ts";
import { SshfsMounts } from "./mounts/sshfs-mounts.ts";
import { planNetworks } from "./networks-plan.ts";
import type { HostAgentOptions } from "./options.ts";
import { recordRun } from "./record-run.ts";
import type { Running } from "./running.ts";
import { RunningTeller } from "./running-teller.ts";
import { Services } from "./service.ts";
import { prepareSshAccess } from "./ssh-access.ts";
import { chooseSshPort } from "./ssh-port.ts";
import { TroubleWatch } from "./trouble-watch.ts";

/** What a run has from the agent around it. */
export interface RunContext {
  readonly events: EventTeller;
  /** Told the port of the loopback that leads to the guest, once it is chosen. */
  readonly onSshPort: (port: number) => void;
  /** Told the machine once it runs. */
  readonly onMachine: (machine: Machine) => void;
  /** The machine that is to be taken over; undefined starts one. */
  readonly attach: Extract<AttachVerdict, { kind: "attach" }> | undefined;
}

/**
 * Starts the machine, sees it through its boot, and lives as long as it does, or until the signal. Its last event says
 * that it ends.
 * @throws UserError when the machine could not be started, or ended before its guest was ready
 */
export async function runMachine(options: HostAgentOptions, context: RunContext): Promise<void> {
  const { events } = context;
  try {
    await live(options, context);
  } catch (error) {
    if (!options.signal.aborted) {
      events.tell({ exiting: true, errors: [errorText(error)] });
      throw error;
    }
    options.logger.debug(`the start was given up: ${errorText(error)}`);
  }
  events.tell({ exiting: true });
}

async function live(options: HostAgentOptions, context: RunContext): Promise<void> {
  const { logger, signal } = options;
  const { attach } = context;
  using disks = attach === undefined ? await holdDataDisks(options) : undefined;
  using dns = await listenForNames(options, attach);
  const running = await machineOf(options, context, { dnsPorts: dns?.ports, additionalDisks: disks?.paths ?? [] });
  // a machine that was taken over has its disks already
  using _held = attach === undefined ? undefined : keepDataDisks(options);
  const { machine } = running;
  context.onMachine(machine);
  const services = new Services(logger);
  const over = new AbortController();
  const mounts = mountsOf(options, running, () => teller.refresh());
  using watch = new TroubleWatch({ services, onChange: () => teller.refresh() });
  const troubles = () => [...(mounts?.problems ?? []), ...watch.lasting];
  const teller = new RunningTeller(context.events, running.endpoint.port, troubles);
  let ready = false;
  try {
    context.events.tell({ sshLocalPort: running.endpoint.port });
    const routines = bootGuest(options, running, {
      services,
      mounts,
      events: context.events,
      signal: over.signal,
    }).then((result) => {
      if (result === undefined) return;
      ready = true;
      watch.begin();
      teller.ready(result);
    });
    const end = await Promise.race([machine.exited, whenAborted(signal), routines.then(() => machine.exited)]);
    if (end === undefined) logger.info(`Received ${signalName(signal.reason)}, shutting down the host agent`);
    else if (!signal.aborted) tellDriverEnd(options, end, machine, ready);
  } finally {
    over.abort();
    logger.info("Shutting down the host agent");
    await services.stop();
    await machine.powerOff({ onStep: ({ level, text }) => logger[level === "warning" ? "warn" : "info"](text) });
  }
}

/** What the host agent holds for as long as the machine runs. */
interface HeldForMachine {
  readonly dnsPorts: DnsPorts | undefined;
  /** Absolute paths of the additional disks' images. */
  readonly additionalDisks: readonly string[];
}

/** The machine of the run, started or taken over, and recorded. */
async function machineOf(options: HostAgentOptions, context: RunContext, held: HeldForMachine): Promise<Running> {
  const { attach } = context;
  if (attach !== undefined) context.onSshPort(attach.run.sshLocalPort);
  const running = await (attach === undefined ? startMachine(options, context, held) : attachMachine(options, attach));
  recordRun(options.directory, running, held.dnsPorts ?? attach?.run.dnsPorts);
  return running;
}

/** All that comes before the machine runs; whatever the machine does not need happens beside its start. */
async function startMachine(
  options: HostAgentOptions,
  context: RunContext,
  { dnsPorts, additionalDisks }: HeldForMachine,
): Promise<Running> {
  const { host, config, logger, driver, directory, signal } = options;
  const [port, keys] = await Promise.all([
    chooseSshPort({
      configured: config.ssh.localPort,
      instanceName: options.name,
      limaVersion: options.limaVersion,
    }),
    loadSshKeys(host, options.limaHome, config.ssh.loadDotSSHPubKeys),
  ]);
  context.onSshPort(port);
  for (const file of keys.skipped) logger.warn(`public key \`${file}\` doesn't seem to be in ssh format`);
  const networks = planNetworks(config.networks);
  for (const warning of networks.warnings) logger.warn(warning);
  const instanceId = await writeGuestMedia({
    ...options,
    config: { ...config, networks: networks.attached },
    guestAgentFile: options.guestAgentFile,
    guestAgentMuslFile: options.guestAgentMuslFile,
    nerdctlArchive: options.nerdctlArchive,
    sshPublicKeys: keys.publicKeys,
    ...(dnsPorts === undefined ? {} : { dnsPorts }),
    time: new Date(),
  });
  signal.throwIfAborted();
  const starting = driver.start({
    host,
    instance: { name: options.name, directory },
    config,
    log: logger,
    sshLocalPort: port,
    networks: networks.attachments,
    additionalDisks,
    signal,
  });
  const endpoint = { address: driver.sshAddress, port };
  const access = prepareSshAccess(options, keys, endpoint);
  access.catch((error: unknown) => logger.warn(errorText(error)));
  const machine = await starting;
  return { machine, instanceId, endpoint, access };
}

/** The mounts that the host agent makes; undefined when there are none of its own. */
function mountsOf(
  { host, config, logger }: HostAgentOptions,
  { access }: Running,
  onChange: () => void,
): SshfsMounts | undefined {
  const { plain, mountType, mounts } = config;
  if (plain || mountType !== "reverse-sshfs" || mounts.length === 0) return undefined;
  return new SshfsMounts({ host, logger, mounts, access, onChange });
}

/** @throws UserError when the machine ended before its guest was ready */
function tellDriverEnd({ logger, name }: HostAgentOptions, status: ExitStatus, machine: Machine, ready: boolean): void {
  const said = machine.lastOutput().slice(-10);
  const how = describeExit(status);
  if (status.code !== 0) logger.error(`Driver stopped due to error: ${[how, ...said].join("\n")}`);
  else logger.info("Driver stopped: the guest shut down");
  if (ready) return;
  throw new UserError(
    [
      `the machine of instance ${name} ended (${how}) before the guest was ready`,
      ...said.map((line) => `  | ${line}`),
    ].join("\n"),
  );
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

function signalName(reason: unknown): string {
  return typeof reason === "string" ? reason : "SIGTERM";
}
