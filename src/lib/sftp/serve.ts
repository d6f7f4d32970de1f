import { readSync, writeSync } from "node:fs";
import { errorCode } from "../errors.ts";
import { FileServer, type FileServerOptions } from "./file-server.ts";
import { reply, status } from "./replies.ts";
import { readMessage } from "./requests.ts";
import { BadMessage, field } from "./wire.ts";

/** Longest message, as OpenSSH's server has it. */
const messageBytes = 256 * 1024 + 1024;

/**
 * Speaks SFTP version 3 on a descriptor for input and one for output until the input ends; one request at a time, in order,
 * for the process does nothing else.
 * @throws Error when the client speaks nonsense, or the served directory does not exist
 */
export function serveFiles(input: number, output: number, options: FileServerOptions): void {
  const server = new FileServer(options);
  let held: Buffer = Buffer.alloc(0);
  const chunk = Buffer.alloc(1 << 20);
  for (;;) {
    while (held.length >= 4) {
      const length = held.readUInt32BE(0);
      if (length === 0 || length > messageBytes)
        throw new Error("the client's message has a length that no message has");
      if (held.length < 4 + length) break;
      if (!send(output, answer(server, held.subarray(4, 4 + length)))) return;
      held = held.subarray(4 + length);
    }
    const count = receive(input, chunk);
    if (count === 0) return;
    held = Buffer.concat([held, chunk.subarray(0, count)]);
  }
}

function answer(server: FileServer, bytes: Buffer): Buffer {
  try {
    const message = readMessage(bytes);
    return message.kind === "init" ? reply.version() : server.answer(message.id, message.request);
  } catch (error) {
    // one that has a number can be answered
    if (!(error instanceof BadMessage) || bytes.length < 5 || bytes[0] === 1) throw error;
    return reply.status(bytes.readUInt32BE(1), status.badMessage);
  }
}

/** @returns 0 at the end of the input, which a connection that was cut is too */
function receive(input: number, chunk: Buffer): number {
  try {
    return readSync(input, chunk, 0, chunk.length, null);
  } catch (error) {
    if (isCut(error)) return 0;
    throw error;
  }
}

/** @returns false when nobody takes it any more */
function send(output: number, body: Buffer): boolean {
  const message = Buffer.concat([field.uint32(body.length), body]);
  try {
    for (let done = 0; done < message.length; ) done += writeSync(output, message, done);
    return true;
  } catch (error) {
    if (isCut(error)) return false;
    throw error;
  }
}

function isCut(error: unknown): boolean {
  const code = errorCode(error);
  return code === "EPIPE" || code === "ECONNRESET";
}
