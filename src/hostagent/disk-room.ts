import { errorText } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";
import type { Machine } from "../vm/driver.ts";
import type { Health, Service } from "./service.ts";

export interface DiskRoomOptions {
  readonly machine: Pick<Machine, "resumeAfterDiskError">;
  /** Whether something of the guest does not answer: only then the machine is asked. */
  readonly isTroubled: () => boolean;
  readonly logger: Logger;
}

/** Pause between looks. */
const lookMs = 5000;

const reason =
  "the virtual machine is stopped, for this host has no room for its disk; it goes on when there is (hint: make room)";

/** A machine whose disk has no room on the host is stopped by its driver: tells so, and lets it go on when there is room. */
export class DiskRoom implements Service {
  readonly name = "disk";
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(private readonly options: DiskRoomOptions) {}

  async start(): Promise<void> {
    this.timer = setInterval(() => void this.look(), lookMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
  }

  health(): Health {
    return this.isStopped ? { kind: "failed", reason } : { kind: "well" };
  }

  private async look(): Promise<void> {
    const { machine, isTroubled, logger } = this.options;
    if (!isTroubled()) return;
    try {
      const wasStopped = this.isStopped;
      this.isStopped = await machine.resumeAfterDiskError();
      if (this.isStopped && !wasStopped) logger.warn(reason);
      if (!this.isStopped && wasStopped) logger.info("The virtual machine goes on: there is room for its disk");
    } catch (error) {
      // the machine is ending, or its monitor is in use
      logger.debug(`${this.name}: ${errorText(error)}`);
    }
  }
}
