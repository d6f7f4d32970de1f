import { close, open, read, write } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { errorText } from "../../lib/errors.ts";
import type { ByteStream, Transport } from "./byte-stream.ts";

const openFile = promisify(open);
const readFile = promisify(read);
const writeFile = promisify(write);

/** How long to wait when the host has not connected, first and at most: reading returns nothing at once then. */
const absentMs = [100, 1000] as const;
/** Pause before a port that is missing, or that another program holds, is opened again. */
const reopenMs = 2000;
/** A host that takes nothing for so long is taken for gone. */
const writeLimitMs = 10_000;

/**
 * A virtio-serial port. It can be opened only once and stays open; a connection of the host begins with the first bytes
 * and ends when reading finds no peer. A port that is missing or fails is opened again, for ever.
 * @param path such as /dev/virtio-ports/io.lima-vm.guest_agent.0
 * @param warn told why the port cannot be used, once for each reason
 * @param first said as soon as the port is open, to a host that goes on with a connection of an agent before this one
 */
export function virtioTransport(path: string, warn: (text: string) => void, first: Uint8Array): Transport {
  return { connections: (signal) => reopen(path, warn, first, signal) };
}

async function* reopen(
  path: string,
  warn: (text: string) => void,
  first: Uint8Array,
  signal: AbortSignal,
): AsyncGenerator<ByteStream> {
  let lastReason = "";
  while (!signal.aborted) {
    try {
      const fd = await openFile(path, "r+");
      // Waits for a host, where there is none yet.
      const said = writeFile(fd, first).then(
        () => {},
        () => {},
      );
      yield* serve(fd, said, signal);
      lastReason = "";
    } catch (error) {
      const reason = errorText(error);
      if (reason !== lastReason) warn(`the virtio port cannot be used: ${reason}`);
      lastReason = reason;
      await sleep(reopenMs, undefined, { signal }).catch(() => {});
    }
  }
}

async function* serve(fd: number, said: Promise<void>, signal: AbortSignal): AsyncGenerator<ByteStream> {
  const buffer = Buffer.alloc(65536);
  let connection: Connection | undefined;
  let waitMs: number = absentMs[0];
  try {
    while (!signal.aborted) {
      const { bytesRead } = await readFile(fd, buffer, 0, buffer.length, null);
      if (bytesRead === 0) {
        connection?.close();
        connection = undefined;
        await sleep(waitMs, undefined, { signal }).catch(() => {});
        waitMs = Math.min(2 * waitMs, absentMs[1]);
        continue;
      }
      waitMs = absentMs[0];
      if (connection === undefined || connection.closed) {
        connection = new Connection(fd, said);
        yield connection;
      }
      // A copy: the session may keep a part of it until the next.
      await connection.push(Uint8Array.prototype.slice.call(buffer, 0, bytesRead));
    }
  } finally {
    connection?.close();
    close(fd, () => {});
  }
}

/** The time between a host's coming and its going. Only `serve` reads the port, so that no bytes go astray. */
class Connection implements ByteStream {
  closed = false;
  readonly chunks: AsyncIterable<Uint8Array>;
  private waiting: Uint8Array | undefined;
  private wakeReader = () => {};
  private wakePusher = () => {};

  /** @param before what is written first */
  constructor(
    private readonly fd: number,
    private readonly before: Promise<void>,
  ) {
    this.chunks = this.read();
  }

  /** Hands bytes to the session, when it has taken those before. */
  async push(bytes: Uint8Array): Promise<void> {
    while (this.waiting !== undefined && !this.closed) {
      await new Promise<void>((resolve) => {
        this.wakePusher = resolve;
      });
    }
    this.waiting = bytes;
    this.wakeReader();
  }

  /** Writes are partial, and one without a peer blocks: hence piece by piece, and not for ever. */
  async write(bytes: Uint8Array): Promise<void> {
    const refused = Promise.withResolvers<never>();
    refused.promise.catch(() => {});
    const late = setTimeout(() => refused.reject(new Error("the host takes nothing")), writeLimitMs);
    try {
      await Promise.race([this.before, refused.promise]);
      for (let done = 0; done < bytes.length; ) {
        if (this.closed) throw new Error("the connection is closed");
        const piece = writeFile(this.fd, bytes, done, bytes.length - done, null);
        done += (await Promise.race([piece, refused.promise])).bytesWritten;
      }
    } finally {
      clearTimeout(late);
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.wakeReader();
    this.wakePusher();
  }

  private async *read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const bytes = this.waiting;
      if (bytes !== undefined) {
        this.waiting = undefined;
        this.wakePusher();
        yield bytes;
      } else if (this.closed) return;
      else {
        await new Promise<void>((resolve) => {
          this.wakeReader = resolve;
        });
      }
    }
  }
}
