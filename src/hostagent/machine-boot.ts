import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CloudInitProgress } from "../hostapi/events.ts";
import { errorText } from "../lib/errors.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { Machine } from "../vm/driver.ts";
import { AgentLink } from "./agent-link.ts";
import { awaitBoot, type BootResult } from "./boot.ts";
import { BootMonitor } from "./boot-monitor.ts";
import { CloudInitMonitor } from "./cloud-init-progress.ts";
import { ControlMaster } from "./control-master.ts";
import { CopiedFiles } from "./copy-to-host.ts";
import { DiskRoom } from "./disk-room.ts";
import type { EventTeller } from "./event-teller.ts";
import { GuestServices } from "./guest-services.ts";
import type { SshfsMounts } from "./mounts/sshfs-mounts.ts";
import type { HostAgentOptions } from "./options.ts";
import { Oversleep } from "./oversleep.ts";
import { phaseNames, stallLimits } from "./phase-plan.ts";
import type { Running } from "./running.ts";
import type { Services } from "./service.ts";
import { SshSession } from "./ssh/session.ts";
import { Vnc } from "./vnc.ts";

/** What a boot works with besides the machine. */
interface BootTools {
  readonly services: Services;
  readonly mounts: SshfsMounts | undefined;
  readonly events: EventTeller;
  readonly signal: AbortSignal;
}

/**
 * Starts the services that lead to the guest, and sees it through its boot.
 * @returns undefined when the run was over before the guest was ready
 */
export async function bootGuest(
  options: HostAgentOptions,
  running: Running,
  { services, mounts, events, signal }: BootTools,
): Promise<BootResult | undefined> {
  const { host, config, logger, directory, limaHome, name } = options;
  const { machine, instanceId, endpoint } = running;
  const monitor = new BootMonitor({
    directory,
    limits: stallLimits(host.env.LIMA_START_STALL_SECONDS),
    logger,
    onPhase: (name) => events.tellPart({ phase: { name, description: phaseNames[name] } }),
  });
  // a guest that has stalled is not dialled for ever
  const dialling = AbortSignal.any([signal, monitor.stalled]);
  const session = new SshSession({
    endpoint,
    user: config.user.name,
    privateKey: readFileSync(join(limaHome, "_config", "user")),
    signal: dialling,
    onCut: () => {
      cut = true;
      logger.warn("The ssh connection to the guest was cut; dialling again");
    },
    onDial: (step) => {
      if (cut && step.kind === "connected") logger.info("The ssh connection to the guest is there again");
      if (step.kind === "connected") cut = false;
      monitor.sign(step.kind === "failed" ? { kind: "login-failed", reason: step.reason } : step);
    },
  });
  const faults: string[] = [];
  let cut = false;
  const forwarding = new GuestServices({ options, endpoint, session, access: running.access, services, events });
  const controlMaster = async () => {
    const socketPath = join(directory, instanceFiles.sshSock);
    const access = await running.access;
    await services.start(new ControlMaster({ host, logger, socketPath, signal: dialling, ...access }));
  };
  const onEssential = async (satisfied: boolean): Promise<readonly string[]> => {
    // later starts do without the installer's media
    if (config.os === "Windows" && satisfied) writeFileSync(join(directory, instanceFiles.windowsInstalled), "");
    const work: Promise<void>[] = [];
    if (config.ssh.forwardAgent && !config.plain)
      work.push(services.start(new AgentLink({ host, logger, access: running.access })));
    if (mounts !== undefined) {
      work.push(services.start(mounts));
      // with mounts the control master is none of the requirements
      if (host.os !== "windows") work.push(controlMaster());
    }
    const results = await Promise.allSettled(work);
    return results.flatMap((result) => (result.status === "rejected" ? [errorText(result.reason)] : []));
  };
  try {
    if (config.ssh.forwardAgent && config.plain) logger.warn("`ssh.forwardAgent` has no effect in plain mode");
    faults.push(...(await startVnc(options, machine, services)));
    await services.start(monitor);
    await services.start(session);
    await forwarding.begin();
    await services.start(new DiskRoom({ machine, logger, isTroubled: () => services.problems().length > 0 }));
    await services.start(new Oversleep({ logger, onWake: () => void forwarding.setClock() }));
    if (options.progress) {
      const tell = (cloudInitProgress: CloudInitProgress) => events.tellPart({ cloudInitProgress });
      await services.start(new CloudInitMonitor({ session, tell, signal }));
    }
    const driverOutput = () => machine.lastOutput();
    const result = await awaitBoot({
      host,
      logger,
      name,
      config,
      instanceId,
      session,
      monitor,
      controlMaster,
      onEssential,
      onOptional: () => forwarding.expectAgent(),
      driverOutput,
      signal,
    });
    await forwarding.ready();
    return { ...result, errors: [...faults, ...result.errors, ...(await copyToHost(options, session, services))] };
  } catch (error) {
    if (signal.aborted) return undefined;
    return { errors: [errorText(error)], bootErrors: [] };
  } finally {
    for (const { service, reason } of services.problems()) logger.debug(`not well: ${service}: ${reason}`);
  }
}

/** @returns what went wrong */
async function startVnc(
  { config, directory, logger }: HostAgentOptions,
  machine: Machine,
  services: Services,
): Promise<readonly string[]> {
  if (config.video.display !== "vnc") return [];
  try {
    await services.start(new Vnc({ directory, display: config.video.vnc.display ?? "", machine, logger }));
    return [];
  } catch (error) {
    return [`failed to set up VNC: ${errorText(error)}`];
  }
}

/** @returns what went wrong */
async function copyToHost(
  { config, logger }: HostAgentOptions,
  session: SshSession,
  services: Services,
): Promise<readonly string[]> {
  if (config.copyToHost.length === 0) return [];
  const files = new CopiedFiles({ rules: config.copyToHost, session, logger });
  await services.start(files);
  return files.failures;
}
