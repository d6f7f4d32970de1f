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
}

/** The fast connection beside that of the guest agent: there whenever the guest can dial this host. */
export class StreamLink {
  private current: AgentConnection | undefined;

  constructor(private readonly options: StreamLinkOptions) {}

  /** The connection, while there is one. */
  get connection(): AgentConnection | undefined {
    return this.current;
  }

  /** Keeps a stream for as long as this connection of the guest agent lasts. */
  follow(control: AgentConnection): void {
    const over = new AbortController();
    void control.closed.then(() => over.abort());
    void this.keep(control, over.signal);
  }

  private async keep(control: AgentConnection, signal: AbortSignal): Promise<void> {
    const { gateway, logger, retryMs: [first, last] = [1000, 60_000] } = this.options;
    for (let pauseMs = first; !signal.aborted; ) {
      try {
        const stream = await dialBack({ control, gateway, signal });
        logger.debug("forwards go through a stream to the guest agent");
        const stop = () => stream.close();
        signal.addEventListener("abort", stop, { once: true });
        this.current = stream;
        pauseMs = first;
        const reason = await stream.closed;
        signal.removeEventListener("abort", stop);
        if (this.current === stream) this.current = undefined;
        if (!signal.aborted) logger.debug(`the stream to the guest agent has ended: ${reason}`);
      } catch (error) {
        if (!signal.aborted) logger.debug(`no stream to the guest agent: ${errorText(error)}`);
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, last);
    }
  }
}
