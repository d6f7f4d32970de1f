import { errorText } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";

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
}

/** The services of a run, ended in the reverse order of their start. */
export class Services {
  private readonly started: Service[] = [];

  constructor(private readonly logger: Logger) {}

  async start(service: Service): Promise<void> {
    this.started.push(service);
    await service.start();
  }

  /** What is wrong now, a line for each service that fails. */
  problems(): readonly string[] {
    return this.started.flatMap((service) => {
      const health = service.health();
      return health.kind === "well" ? [] : [`${service.name}: ${health.reason}`];
    });
  }

  /** Ends all; a service that fails at it is told of and does not keep the others. */
  async stop(): Promise<void> {
    for (let service = this.started.pop(); service !== undefined; service = this.started.pop()) {
      try {
        await service.stop();
      } catch (error) {
        this.logger.warn(`failed to stop ${service.name}: ${errorText(error)}`);
      }
    }
  }
}
