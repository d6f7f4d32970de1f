import { createServer, type Socket } from "node:net";
import type { ByteStream, Transport } from "./byte-stream.ts";
import { socketStream } from "./socket-stream.ts";
import { StreamQueue } from "./stream-queue.ts";
import { cidOf, hostCid } from "./vsock-address.ts";
import { listenOnVsock, peerAddress } from "./vsock-calls.ts";

/**
 * A vsock port of the guest, for the host alone.
 * @param warn told of connections from elsewhere, which are closed
 */
export function vsockTransport(port: number, warn: (text: string) => void): Transport {
  const isHost = (socket: Socket) => {
    const fd = descriptorOf(socket);
    const cid = fd === undefined ? undefined : cidOf(peerAddress(fd));
    if (cid !== hostCid) warn(`a vsock connection from context ${cid ?? "unknown"} was closed: it is not the host`);
    return cid === hostCid;
  };
  return { connections: (signal) => accept(listenOnVsock(port), isHost, signal) };
}

/**
 * Connections on a descriptor that listens, whatever its family is.
 * @param wanted whether a connection is served; the others are closed
 */
export async function* accept(
  fd: number,
  wanted: (socket: Socket) => boolean,
  signal: AbortSignal,
): AsyncGenerator<ByteStream> {
  const queue = new StreamQueue();
  const server = createServer((socket) => {
    if (wanted(socket)) queue.push(socketStream(socket));
    else socket.destroy();
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ fd }, resolve);
    });
    yield* queue.until(signal);
  } finally {
    server.close();
  }
}

/** The number of a socket's descriptor, which node keeps inside. */
function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = "_handle" in socket ? socket._handle : undefined;
  if (typeof handle !== "object" || handle === null || !("fd" in handle)) return undefined;
  return typeof handle.fd === "number" ? handle.fd : undefined;
}
