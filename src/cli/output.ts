import { writeSync } from "node:fs";
import { errorCode } from "../lib/errors.ts";
import type { Output } from "./command.ts";
import { isTerminal } from "./terminal.ts";

/** The reader of standard output or standard error has gone away. */
export class BrokenPipe extends Error {
  override readonly name = "BrokenPipe";
}

/** Writes all of the text before it returns, also where the descriptor is a pipe that is full and does not block. */
function writeAll(fd: number, text: string): void {
  // `Buffer` takes longer to wake than a record to write.
  const bytes = new TextEncoder().encode(text);
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const code = errorCode(error);
      if (code === "EPIPE") throw new BrokenPipe();
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      else if (code !== "EINTR") throw error;
    }
  }
}

/** The width of the terminal behind a descriptor, if it tells. */
function columnsOf(fd: 1 | 2): number | undefined {
  const columns = (fd === 1 ? process.stdout : process.stderr).columns;
  return columns > 0 ? columns : undefined;
}

/** Standard output (1) or standard error (2), unbuffered. */
export function openOutput(fd: 1 | 2): Output {
  const terminal = isTerminal(fd);
  return {
    write: (text) => writeAll(fd, text),
    isTerminal: terminal,
    get columns() {
      return terminal ? columnsOf(fd) : undefined;
    },
  };
}
