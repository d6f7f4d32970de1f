import { connect } from "node:net";
import { Framing, framed } from "./framing.ts";
import { answers } from "./message.ts";

/** One name server, and what ends the wait for it. */
export interface Asked {
  readonly address: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** Asks one name server by TCP. @returns the reply; undefined when the server cannot be reached or the signal ended the wait */
export function askByTcp(query: Buffer, { address, port, signal }: Asked): Promise<Buffer | undefined> {
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  if (signal.aborted) return Promise.resolve(undefined);
  const socket = connect({ host: address, port });
  const framing = new Framing();
  const end = () => socket.destroy();
  signal.addEventListener("abort", end, { once: true });
  socket.once("connect", () => socket.write(framed(query)));
  socket.on("data", (chunk: Buffer) => {
    const reply = framing.take(chunk).find((packet) => answers(query, packet));
    if (reply === undefined) return;
    resolve(reply);
    end();
  });
  socket.on("error", end);
  socket.once("close", () => {
    signal.removeEventListener("abort", end);
    resolve(undefined);
  });
  // a server that closes its side has said all
  socket.once("end", end);
  return promise;
}
