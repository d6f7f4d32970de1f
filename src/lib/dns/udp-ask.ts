import { randomInt } from "node:crypto";
import { answers, isTruncated } from "./message.ts";
import { type Asked, askByTcp } from "./tcp-ask.ts";

/**
 * Asks one name server by UDP from a port of its own with a number of its own, so that nobody else can guess an answer;
 * a reply that is cut is fetched whole by TCP.
 * @returns the reply, with the query's number; undefined when the server cannot be reached or the signal ended the wait
 */
export async function askByUdp(query: Buffer, asked: Asked): Promise<Buffer | undefined> {
  const sent = Buffer.from(query);
  sent.writeUInt16BE(randomInt(0x10000), 0);
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const none = () => resolve(undefined);
  const { signal, address, port } = asked;
  if (signal.aborted) return undefined;
  signal.addEventListener("abort", none, { once: true });
  try {
    // connected: only this server's packets arrive, and a closed port is told
    const socket = await Bun.udpSocket({
      hostname: address.includes(":") ? "::" : "0.0.0.0",
      connect: { hostname: address, port },
      socket: {
        data: (_, packet) => {
          if (answers(sent, packet)) resolve(packet);
        },
        error: none,
      },
    });
    let reply: Buffer | undefined;
    try {
      socket.send(sent);
      reply = await promise;
    } finally {
      socket.close();
    }
    if (reply === undefined) return undefined;
    if (isTruncated(reply)) reply = (await askByTcp(query, asked)) ?? reply;
    return withNumberOf(query, reply);
  } catch {
    // no route, no socket: the next server may do
    return undefined;
  } finally {
    signal.removeEventListener("abort", none);
  }
}

function withNumberOf(query: Buffer, reply: Buffer): Buffer {
  const copy = Buffer.from(reply);
  query.copy(copy, 0, 0, 2);
  return copy;
}
