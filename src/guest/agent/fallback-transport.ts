import { errorText } from "../../lib/errors.ts";
import type { ByteStream, Transport } from "./byte-stream.ts";
import { StreamQueue } from "./stream-queue.ts";

export interface FallbackOptions {
  readonly first: Transport;
  /** Opened while nobody speaks on the first, closed as soon as somebody does. */
  readonly fallback: Transport;
  /** How long the first may be silent. */
  readonly quietMs: number;
  /** Told why the fallback cannot be opened. */
  readonly warn: (text: string) => void;
}

/**
 * Two transports of which the second exists only while the first carries no connection: a guest whose first channel
 * works has no socket open. Connections of the fallback that are under way live on when it is closed.
 */
export function withFallback(options: FallbackOptions): Transport {
  return { connections: (signal) => serveBoth(options, signal) };
}

async function* serveBoth(options: FallbackOptions, signal: AbortSignal): AsyncGenerator<ByteStream> {
  const queue = new StreamQueue();
  const standby = new Standby(options, queue, signal);
  standby.silence();
  const serveFirst = async () => {
    for await (const stream of options.first.connections(signal)) queue.push(standby.spokenOn(stream));
  };
  const serving = serveFirst();
  yield* queue.until(signal);
  await serving;
}

/** Opens and closes the fallback as the first transport falls silent and speaks. */
class Standby {
  private speaking = 0;
  private timer: NodeJS.Timeout | undefined;
  private opened: AbortController | undefined;

  constructor(
    private readonly options: FallbackOptions,
    private readonly queue: StreamQueue,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => clearTimeout(this.timer), { once: true });
  }

  /** A connection of the first transport has begun. @returns it, its end being noticed */
  spokenOn(stream: ByteStream): ByteStream {
    this.speaking += 1;
    clearTimeout(this.timer);
    this.opened?.abort();
    this.opened = undefined;
    const ended = () => {
      this.speaking -= 1;
      this.silence();
    };
    async function* chunks() {
      try {
        yield* stream.chunks;
      } finally {
        ended();
      }
    }
    return { chunks: chunks(), write: (bytes) => stream.write(bytes), close: () => stream.close() };
  }

  silence(): void {
    clearTimeout(this.timer);
    if (this.speaking > 0 || this.signal.aborted) return;
    this.timer = setTimeout(() => void this.open(), this.options.quietMs);
  }

  private async open(): Promise<void> {
    const mine = new AbortController();
    this.opened = mine;
    try {
      const over = AbortSignal.any([mine.signal, this.signal]);
      for await (const stream of this.options.fallback.connections(over)) this.queue.push(stream);
    } catch (error) {
      this.options.warn(`the fallback cannot be opened: ${errorText(error)}`);
      this.silence();
    }
  }
}
