import type { Logger } from "../lib/log.ts";
import { oversleptMs } from "./oversleep-plan.ts";
import type { Health, Service } from "./service.ts";

export interface OversleepOptions {
  readonly logger: Logger;
  /** Told when this process had not run for a while: the host slept, or the process was stopped. */
  readonly onWake: () => void;
}

/** Pause between looks at the clock. */
const lookMs = 2000;

/** Notices that the host has slept, by a timer that comes late; the guest's clock is behind then. */
export class Oversleep implements Service {
  readonly name = "oversleep";
  private timer: NodeJS.Timeout | undefined;
  private last = Date.now();

  constructor(private readonly options: OversleepOptions) {}

  async start(): Promise<void> {
    this.last = Date.now();
    this.timer = setInterval(() => this.look(), lookMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
  }

  health(): Health {
    return { kind: "well" };
  }

  private look(): void {
    const now = Date.now();
    const overslept = oversleptMs(this.last, now, lookMs);
    this.last = now;
    if (overslept === undefined) return;
    this.options.logger.info(`This host has slept for ${Math.round(overslept / 1000)} s: setting the guest's clock`);
    this.options.onWake();
  }
}
