import type { Config } from "../config/types.ts";
import { errorText } from "../lib/errors.ts";
import type { Host } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import { bootErrorsCommand, bootErrorTexts } from "./boot-errors-plan.ts";
import type { BootMonitor } from "./boot-monitor.ts";
import { GuestWatch } from "./guest-watch.ts";
import type { Stall } from "./phase-plan.ts";
import { satisfyRequirements } from "./requirements.ts";
import { type GuestMarker, requirements } from "./requirements-plan.ts";
import type { SshSession } from "./ssh/session.ts";
import { explainStall } from "./stall-plan.ts";

export interface BootOptions {
  readonly host: Host;
  readonly logger: Logger;
  readonly name: string;
  readonly config: Config;
  readonly instanceId: string;
  readonly session: SshSession;
  readonly monitor: BootMonitor;
  /** Resolves once the shared connection of `limactl shell` is there. */
  readonly controlMaster: () => Promise<void>;
  /** Sets up what needs an essential guest; what went wrong degrades the instance. */
  readonly onEssential: (satisfied: boolean) => Promise<readonly string[]>;
  /** Waits for what is to be there beside the end of the guest's boot scripts. */
  readonly onOptional: () => Promise<void>;
  /** The last lines of QEMU's standard error. */
  readonly driverOutput: () => readonly string[];
  /** Aborted when the run ends. */
  readonly signal: AbortSignal;
}

/** How a boot went. */
export interface BootResult {
  /** What was not satisfied; the instance is degraded when there is something. */
  readonly errors: readonly string[];
  /** Boot and provisioning scripts that failed; they do not degrade the instance. */
  readonly bootErrors: readonly string[];
}

/** A script of the user's that goes on failing is given up after this time. */
const scriptLimitMs = 600_000;

/** The same for Windows, which installs itself on its first boot. */
const windowsLimitMs = 1_800_000;

/**
 * Waits until the guest is ready, or until it makes no progress any more.
 * @throws the signal's reason when the run ends before
 */
export async function awaitBoot(options: BootOptions): Promise<BootResult> {
  const { host, config, logger, session, monitor } = options;
  const list = requirements(config, host.os);
  const markers = list.flatMap(({ check }): GuestMarker[] => (check.kind === "marker" ? [check.marker] : []));
  const signal = AbortSignal.any([options.signal, monitor.stalled]);
  const watch = new GuestWatch({
    session,
    instanceId: options.instanceId,
    guestOs: config.os,
    markers,
    onSign: (sign) => monitor.sign(sign),
    signal,
  });
  // the watch is a shell script, and no marker of Windows is looked for by it
  const watching = session.connected().then(() => (config.os === "Windows" ? undefined : watch.run()));
  watching.catch((error: unknown) => logger.debug(`watching the guest's boot ended: ${errorText(error)}`));
  try {
    const errors = await satisfyRequirements({
      list,
      source: {
        login: () => session.connected(),
        marker: (marker) => watch.marker(marker),
        controlMaster: options.controlMaster,
        exec: (command, stdin, execSignal) => session.exec(command, { stdin, signal: execSignal }),
      },
      onEssential: options.onEssential,
      onOptional: options.onOptional,
      guestOs: config.os,
      scriptLimitMs: config.os === "Windows" ? windowsLimitMs : scriptLimitMs,
      logger,
      signal,
    });
    return { errors, bootErrors: await tellBootErrors(watch.bootErrors, options) };
  } catch (error) {
    options.signal.throwIfAborted();
    if (!monitor.stalled.aborted) throw error;
    return { errors: [explain(options)], bootErrors: [] };
  }
}

function explain({ name, config, monitor, driverOutput }: BootOptions): string {
  const { panic, script, loginFailure } = monitor.boot;
  return explainStall({
    stall: monitor.stalled.reason as Stall,
    name,
    guestUser: config.user.name,
    serialLog: monitor.serialLog,
    serialTail: monitor.serial.tail,
    driverOutput: driverOutput(),
    ...(panic === undefined ? {} : { panic }),
    ...(script === undefined ? {} : { script }),
    ...(loginFailure === undefined ? {} : { loginFailure }),
  });
}

async function tellBootErrors(
  scripts: readonly string[],
  { session, logger, config }: Pick<BootOptions, "session" | "logger" | "config">,
): Promise<readonly string[]> {
  if (scripts.length === 0) return [];
  const report = await session.exec(bootErrorsCommand(config.os)).catch(() => undefined);
  const texts = bootErrorTexts(scripts, report?.stdout ?? "");
  for (const text of texts) logger.warn(text);
  return texts;
}
