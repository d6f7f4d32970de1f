import { setTimeout as sleep } from "node:timers/promises";
import type { ListeningPort } from "../../guest/protocol.ts";
import { errorText } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import type { Health, Service } from "../service.ts";
import type { AgentConnection } from "./connection.ts";
import { type DialOptions, dialAgent } from "./dial.ts";
import { portsAfter, portsDifference } from "./ports-plan.ts";

/** What is told of the ports that listen in the guest. */
export interface PortsChange {
  readonly added: readonly ListeningPort[];
  readonly removed: readonly ListeningPort[];
}

export interface GuestAgentOptions extends Omit<DialOptions, "signal"> {
  readonly logger: Logger;
  readonly onPorts: (change: PortsChange) => void;
  /** Told each connection, once it works. */
  readonly onConnected?: (connection: AgentConnection) => void;
  /** Pause between a connection's end and the next attempt. @default 1000 */
  readonly retryMs?: number;
  /** Pause between looks at the guest's clock. @default 10000 */
  readonly clockMs?: number;
}

const missing = "guest agent does not seem to be running; port forwards will not work";

/** The guest agent as the host agent knows it: connected whenever it can be, for as long as the machine runs. */
export class GuestAgent implements Service {
  readonly name = "guest agent";
  private readonly over = new AbortController();
  private state: Health = { kind: "failed", reason: "not connected yet" };
  private current: AgentConnection | undefined;
  private ports: readonly ListeningPort[] = [];
  private running: Promise<void> = Promise.resolve();
  private seen = false;
  private patience: NodeJS.Timeout | undefined;
  private missed = false;
  private readonly awaited = Promise.withResolvers<void>();

  constructor(private readonly options: GuestAgentOptions) {}

  /** Begins to connect; nothing waits for the guest. */
  async start(): Promise<void> {
    this.running = this.keepConnected();
  }

  /** Waits for the agent's first answer. One that has not come after this time is missed, and no longer waited for. */
  expect(limitMs: number): Promise<void> {
    this.patience = setTimeout(() => {
      this.missed = !this.seen;
      if (this.missed) this.options.logger.warn(missing);
      this.awaited.resolve();
    }, limitMs);
    return this.awaited.promise;
  }

  async stop(): Promise<void> {
    clearTimeout(this.patience);
    this.awaited.resolve();
    this.over.abort();
    this.current?.close();
    this.options.fallback?.close();
    await this.running;
  }

  health(): Health {
    if (this.seen) return this.state;
    return this.missed ? { kind: "failed", reason: missing } : { kind: "well" };
  }

  /** The connection, while there is one. */
  get connection(): AgentConnection | undefined {
    return this.current;
  }

  private async keepConnected(): Promise<void> {
    const { signal } = this.over;
    const { retryMs = 1000, logger } = this.options;
    while (!signal.aborted) {
      const reason = await this.serve().catch(errorText);
      this.current = undefined;
      if (signal.aborted) return;
      this.state = { kind: "failed", reason };
      logger.debug(`guest agent: ${reason}`);
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One connection, from its beginning to its end. @returns why it ended */
  private async serve(): Promise<string> {
    const { logger, fallback } = this.options;
    const { connection, channel } = await dialAgent({ ...this.options, signal: this.over.signal });
    const clock = new AbortController();
    try {
      this.take((await connection.info()).ports);
      this.current = connection;
      this.state = { kind: "well" };
      logger.info("Guest agent is running");
      logger[this.seen ? "debug" : "info"]("Time sync: guest agent is alive, starting time synchronization");
      this.seen = true;
      this.awaited.resolve();
      this.options.onConnected?.(connection);
      if (channel === "ssh") logger.info("The guest agent's first channel gives no answer; it is reached over ssh");
      connection.events((event) => {
        for (const error of event.errors) logger.warn(`guest agent: ${error}`);
        this.take(portsAfter(this.ports, event));
      });
      void this.keepTime(connection, clock.signal);
      const reason = await connection.closed;
      if (!this.over.signal.aborted) logger.warn(`guest agent events closed unexpectedly: ${reason}`);
      return reason;
    } finally {
      clock.abort();
      connection.close();
      if (channel === "ssh") fallback?.close();
    }
  }

  /** Takes in which ports listen now. */
  private take(now: readonly ListeningPort[]): void {
    const change = portsDifference(this.ports, now);
    this.ports = now;
    if (change.added.length > 0 || change.removed.length > 0) this.options.onPorts(change);
  }

  /** The guest's clock stands still while the machine does. */
  private async keepTime(connection: AgentConnection, signal: AbortSignal): Promise<void> {
    const { logger, clockMs = 10_000 } = this.options;
    try {
      for (await sleep(clockMs / 2, undefined, { signal }); ; await sleep(clockMs, undefined, { signal })) {
        const { adjusted, driftMs, error } = await connection.syncTime();
        if (error !== "") logger.warn(`Time sync: ${error}`);
        else if (adjusted) logger.info(`Time sync: guest clock adjusted (was ${driftMs}ms off)`);
        else logger.debug(`Time sync: the guest's clock is ${driftMs}ms off`);
      }
    } catch (error) {
      if (!signal.aborted) logger.debug(`Time sync: ${errorText(error)}`);
    }
  }
}
