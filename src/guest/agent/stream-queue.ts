import type { ByteStream } from "./byte-stream.ts";

/** Connections in the order of their coming, for the one that takes them. */
export class StreamQueue {
  private readonly waiting: ByteStream[] = [];
  private wake = () => {};

  push(stream: ByteStream): void {
    this.waiting.push(stream);
    this.wake();
  }

  /** Hands them out as they come; ends when the signal is aborted. */
  async *until(signal: AbortSignal): AsyncGenerator<ByteStream> {
    const stop = () => this.wake();
    signal.addEventListener("abort", stop, { once: true });
    try {
      while (!signal.aborted) {
        const stream = this.waiting.shift();
        if (stream !== undefined) yield stream;
        else
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
      }
    } finally {
      signal.removeEventListener("abort", stop);
      for (const stream of this.waiting.splice(0)) stream.close();
    }
  }
}
