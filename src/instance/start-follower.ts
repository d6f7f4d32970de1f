import { join } from "node:path";
import type { HostAgentEvent } from "../hostapi/events.ts";
import { quote } from "../lib/quote.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { InstanceContext } from "./context.ts";
import type { Instance } from "./record.ts";
import type { StartClock } from "./start-clock.ts";

/** Turns the host agent's events into log lines, and finds the one that decides the start. */
export class StartFollower {
  private sshPortTold = false;
  private cloudInitDone: boolean;
  private cloudInitTold = "";
  private running = false;
  private phase = "";

  constructor(
    private readonly context: InstanceContext,
    private readonly instance: Instance,
    private readonly clock: StartClock,
    progress: boolean,
  ) {
    this.cloudInitDone = !progress;
  }

  take(event: HostAgentEvent): "running" | { readonly error: string } | undefined {
    const { status } = event;
    const { logger } = this.context;
    const log = join(this.instance.dir, instanceFiles.hostAgentStderr);
    if (!this.sshPortTold && status.sshLocalPort !== undefined && status.sshLocalPort > 0) {
      this.sshPortTold = true;
      logger.info(`SSH Local Port: ${status.sshLocalPort}`);
    }
    this.followPhase(event);
    this.tellCloudInit(event);
    if (status.errors !== undefined && status.errors.length > 0) logger.error(`[${status.errors.join(" ")}]`);
    if (status.exiting === true)
      return { error: `exiting, status=${JSON.stringify(status)} (hint: see ${quote(log)})` };
    if (status.running === true && status.degraded === true) {
      logger.warn(
        `DEGRADED. The VM seems running, but file sharing and port forwarding may not work. (hint: see ${quote(log)})`,
      );
      return { error: `degraded, status=${JSON.stringify(status)}` };
    }
    if (status.running === true) this.running = true;
    return this.running && this.cloudInitDone ? "running" : undefined;
  }

  private followPhase({ status: { phase } }: HostAgentEvent): void {
    if (phase === undefined || phase.name === this.phase) return;
    this.phase = phase.name;
    this.clock.enter(phase.description);
  }

  private tellCloudInit({ status }: HostAgentEvent): void {
    const progress = status.cloudInitProgress;
    // an event of something else repeats it
    const text = JSON.stringify(progress);
    if (progress === undefined || this.cloudInitDone || text === this.cloudInitTold) return;
    this.cloudInitTold = text;
    const { logger } = this.context;
    if (progress.active === true && (progress.logLine ?? "") === "") logger.info("Cloud-init provisioning started...");
    if ((progress.logLine ?? "") !== "") logger.info(`[cloud-init] ${progress.logLine}`);
    if (progress.completed === true) {
      this.cloudInitDone = true;
      logger.info("Cloud-init progress monitoring done.");
    }
  }
}
