import { chmodSync, chownSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import type { ByteStream, Transport } from "./byte-stream.ts";
import { socketStream } from "./socket-stream.ts";
import { StreamQueue } from "./stream-queue.ts";

/**
 * A unix socket that the host reaches through ssh: readable and writable by its owner alone.
 * @param path of the socket; a file of that name is removed first
 * @param owner user id
 */
export function unixTransport(path: string, owner: number): Transport {
  return { connections: (signal) => accept(path, owner, signal) };
}

async function* accept(path: string, owner: number, signal: AbortSignal): AsyncGenerator<ByteStream> {
  const queue = new StreamQueue();
  const server = createServer((socket) => queue.push(socketStream(socket)));
  try {
    await listen(server, path, owner);
    yield* queue.until(signal);
  } finally {
    server.close();
    rmSync(path, { force: true });
  }
}

async function listen(server: Server, path: string, owner: number): Promise<void> {
  rmSync(path, { force: true });
  // Nobody else may open it between its making and the change of its owner.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
  chownSync(path, owner, -1);
}
