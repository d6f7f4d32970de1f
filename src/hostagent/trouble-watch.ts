import type { Services } from "./service.ts";
import { lastingTroubles, nextTroubles, type Trouble } from "./trouble-plan.ts";

export interface TroubleWatchOptions {
  readonly services: Services;
  /** Told when `lasting` has changed. */
  readonly onChange: () => void;
}

/** Pause between looks at the services. */
const lookMs = 2000;

/** Finds out which services have ceased to work and do not recover by themselves, and when they do after all. */
export class TroubleWatch implements Disposable {
  private troubles: readonly Trouble[] = [];
  private told: readonly string[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: TroubleWatchOptions) {}

  /** The guest is ready: what does not work from now on counts. */
  begin(): void {
    this.timer = setInterval(() => this.look(), lookMs);
  }

  /** What degrades the instance now, a line each. */
  get lasting(): readonly string[] {
    return this.told;
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = performance.now();
    this.troubles = nextTroubles(this.troubles, this.options.services.problems(), now);
    const lasting = lastingTroubles(this.troubles, now);
    if (lasting.join("\n") === this.told.join("\n")) return;
    this.told = lasting;
    this.options.onChange();
  }
}
