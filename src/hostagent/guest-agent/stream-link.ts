import { setTimeout as sleep } from "node:timers/promises";
import { errorText } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import type { AgentConnection } from "./connection.ts";
import { dialBack } from "./dial-back.ts";

export interface StreamLinkOptions {
  /** Where the guest reaches this host's loopback. */
  readonly gateway: string;
  readonly logger: Logger;
  /** Pauses between attempts, the first and the longest. @default [1000, 60000] */
  readonly retryMs?: readonly [number, number];
  /** How long a stream that carries nothing is kept. @default 30000 */
  readonly quietMs?: number;
}

/** How long a forward waits for a stream that is dialled anew, before it goes another way. */
const patienceMs = 2000;

/**
 * The fast connection beside that of the guest agent: there whenever the guest can dial this host and something goes
 * through it. A socket that is only open wakes the guest's program each second, hence one that is quiet is given up until
 * it is wanted again.
 */
export class StreamLink {
  private current: AgentConnection | undefined;
  private lastWanted = performance.now();
  /** There while a stream that was given up is not wanted again. */
  private wanted: PromiseWithResolvers<void> | undefined;
  /** Ends with the dialling that is under way, or is about to be as soon as a stream is wanted. */
  private dialled: PromiseWithResolvers<void> | undefined;

  constructor(private readonly options: StreamLinkOptions) {}

  /** The connection, while there is one; one that was given up is dialled anew. */
  get connection(): AgentConnection | undefined {
    this.lastWanted = performance.now();
    this.wanted?.resolve();
    return this.current;
  }

  /** The connection; one that was given up is waited for. @returns undefined while the guest cannot dial this host */
  async reach(): Promise<AgentConnection | undefined> {
    const { connection, dialled } = this;
    if (connection !== undefined || dialled === undefined) return connection;
    const late = new AbortController();
    await Promise.race([dialled.promise, sleep(patienceMs, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    return this.current;
  }

  /** Keeps a stream for as long as this connection of the guest agent lasts. */
  follow(control: AgentConnection): void {
    const over = new AbortController();
    void control.closed.then(() => {
      over.abort();
      this.wanted?.resolve();
      this.dialled?.resolve();
    });
    void this.keep(control, over.signal);
  }

  private async keep(control: AgentConnection, signal: AbortSignal): Promise<void> {
    const { logger, retryMs: [first, last] = [1000, 60_000] } = this.options;
    for (let pauseMs = first; !signal.aborted; ) {
      try {
        const stream = await this.dial(control, signal);
        pauseMs = first;
        const reason = await this.carry(stream, signal);
        if (reason === "quiet") {
          await this.wanted?.promise;
          this.wanted = undefined;
          continue;
        }
        if (!signal.aborted) logger.debug(`the stream to the guest agent has ended: ${reason}`);
      } catch (error) {
        if (!signal.aborted) logger.debug(`no stream to the guest agent: ${errorText(error)}`);
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, last);
    }
  }

  private async dial(control: AgentConnection, signal: AbortSignal): Promise<AgentConnection> {
    const { gateway, logger } = this.options;
    this.dialled ??= Promise.withResolvers<void>();
    try {
      this.current = await dialBack({ control, gateway, signal });
      logger.debug("forwards go through a stream to the guest agent");
      return this.current;
    } finally {
      this.dialled.resolve();
      this.dialled = undefined;
    }
  }

  /** Offers a stream until it ends or is quiet. @returns why it is offered no longer */
  private async carry(stream: AgentConnection, signal: AbortSignal): Promise<string> {
    const { quietMs = 30_000 } = this.options;
    const quiet = Promise.withResolvers<string>();
    this.lastWanted = performance.now();
    const look = () => {
      if (stream.carries) this.lastWanted = performance.now();
      const leftMs = this.lastWanted + quietMs - performance.now();
      if (leftMs <= 0) {
        this.current = undefined;
        this.wanted = Promise.withResolvers<void>();
        this.dialled = Promise.withResolvers<void>();
        quiet.resolve("quiet");
      } else timer = setTimeout(look, leftMs);
    };
    let timer = setTimeout(look, quietMs);
    const stop = () => stream.close();
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([stream.closed, quiet.promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      if (this.current === stream) this.current = undefined;
      stream.close();
    }
  }
}
