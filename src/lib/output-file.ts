import { closeSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { followLines } from "./follow.ts";

/** Bytes at the end of the file among which the last lines are looked for. */
const tailBytes = 64 * 1024;
/** How long a follower goes on after the writer's end, for what it wrote last. */
const pauseMs = [50, 1000] as const;

/**
 * A file that takes what a process says. Unlike a pipe it has no reader whose death the process would notice, and a later
 * reader finds all of it.
 */
export class OutputFile {
  private readonly over = new AbortController();
  private following: Promise<void> = Promise.resolve();
  /** Byte at which following begins; undefined for the end of the file. */
  private from: number | undefined;

  constructor(private readonly path: string) {}

  /** Empties the file, or makes it. @returns the descriptor for the process, closed by the caller once that has it */
  create(): number {
    // append: two descriptors of one file, or a reader that cuts it, leave no holes
    closeSync(openSync(this.path, "w", 0o600));
    this.from = 0;
    return openSync(this.path, "a");
  }

  /** Tells each line from now on; of a file that was created here, from its beginning. */
  follow(onLine: (line: string) => void): void {
    const from = this.from ?? statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    const read = async () => {
      for await (const line of followLines(this.path, { from, signal: this.over.signal, pauseMs })) onLine(line);
    };
    this.following = read().catch(() => undefined);
  }

  /** The process has ended: resolves when its last line was told. */
  async end(): Promise<void> {
    this.over.abort();
    await Promise.race([this.following, sleep(1000)]);
  }

  /** The last lines, oldest first; none when there is no file. */
  lines(keep = 50): readonly string[] {
    let fd: number;
    try {
      fd = openSync(this.path, "r");
    } catch {
      return [];
    }
    try {
      const { size } = statSync(this.path);
      const buffer = Buffer.alloc(Math.min(size, tailBytes));
      const count = readSync(fd, buffer, 0, buffer.length, size - buffer.length);
      const lines = buffer.toString("utf8", 0, count).split(/\r?\n/);
      if (lines.at(-1) === "") lines.pop();
      return lines.slice(-keep);
    } finally {
      closeSync(fd);
    }
  }
}
