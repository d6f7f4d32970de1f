import { setTimeout as sleep } from "node:timers/promises";
import { errorText } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";
import type { Problem } from "./trouble-plan.ts";

/** Whether a service does its work; a reason is for people. */
export type Health = { readonly kind: "well" } | { readonly kind: "failed"; readonly reason: string };

/** A part of the host agent that works by itself for as long as the machine runs. */
export interface Service {
  readonly name: string;
  /** Begins its work; resolves when others may rely on it. */
  start(): Promise<void>;
  /** Ends it and takes away what it made; called once, also after a failed start. */
  stop(): Promise<void>;
  health(): Health;
  /** Its troubles are told by itself, as soon as they count; those of others when they last. @default false */
  readonly tellsTroubles?: boolean;
}

/** The services of a run, ended in the reverse order of their start. */
export class Services {
  private readonly started: Service[] = [];

  /** @param stopLimitMs how long all of them together may take to end @default 3000 */
  constructor(
    private readonly logger: Logger,
    private readonly stopLimitMs = 3000,
  ) {}

  async start(service: Service): Promise<void> {
    this.started.push(service);
    await service.start();
  }

  /** What is wrong now with those that do not tell it themselves. */
  problems(): readonly Problem[] {
    return this.started.flatMap((service) => {
      const health = service.tellsTroubles === true ? undefined : service.health();
      return health?.kind === "failed" ? [{ service: service.name, reason: health.reason }] : [];
    });
  }

  /**
   * Ends all. A service that fails at it, or that is not done when the time for all is over, is told of and does not keep
   * the others.
   */
  async stop(): Promise<void> {
    const over = new AbortController();
    const limit = sleep(this.stopLimitMs, "late" as const, { signal: over.signal }).catch(() => "late" as const);
    for (let service = this.started.pop(); service !== undefined; service = this.started.pop()) {
      const ended = end(service);
      // one that is quick at it is so also when the others were not
      const outcome = await Promise.race([ended, limit.then((word) => sleep(quickMs, word))]);
      if (outcome !== undefined)
        this.logger.warn(`failed to stop ${service.name}: ${outcome === "late" ? late : outcome}`);
    }
    over.abort();
  }
}

const late = "it does not end in time";
const quickMs = 20;

/** @returns what went wrong */
async function end(service: Service): Promise<string | undefined> {
  try {
    await service.stop();
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
