import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "./errors.ts";

export interface FollowOptions {
  /** Byte offset at which reading starts. @default 0 */
  readonly from?: number;
  /** Ends the following: what is complete in the file then is still given out. */
  readonly signal: AbortSignal;
  /** Shortest and longest pause between looks at a quiet file, in milliseconds. @default [5, 50] */
  readonly pauseMs?: readonly [number, number];
}

const chunkBytes = 64 * 1024;

/**
 * The lines of a log file as they are written, until the signal is aborted. The file may not exist yet, may be cut to
 * nothing or be replaced by a new one of the same name (reading then starts at its beginning). A last line without
 * newline is held back: its writer is still at it, or died there.
 */
export async function* followLines(path: string, options: FollowOptions): AsyncGenerator<string, void, void> {
  const [shortest, longest] = options.pauseMs ?? [5, 50];
  const file = new GrowingFile(path, options.from ?? 0);
  let pause = shortest;
  try {
    for (;;) {
      const last = options.signal.aborted;
      const lines = file.takeLines();
      yield* lines;
      if (last) return;
      pause = lines.length > 0 ? shortest : Math.min(longest, pause * 1.5);
      await sleep(pause, undefined, { signal: options.signal }).catch(() => undefined);
    }
  } finally {
    file.close();
  }
}

/** A file that another process appends to. */
class GrowingFile {
  private fd: number | undefined;
  private offset: number;
  /** Bytes after the last newline. */
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private readonly path: string,
    from: number,
  ) {
    this.offset = from;
  }

  /** Every line that has been completed since the last call. */
  takeLines(): readonly string[] {
    if (this.fd === undefined) this.open();
    if (this.fd === undefined) return [];
    const lines = this.read(this.fd);
    if (lines.length > 0 || !this.wasReplaced(this.fd)) return lines;
    this.close();
    this.offset = 0;
    this.rest = Buffer.alloc(0);
    this.open();
    return this.fd === undefined ? [] : this.read(this.fd);
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  private open(): void {
    try {
      this.fd = openSync(this.path, "r");
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
  }

  private read(fd: number): readonly string[] {
    const lines: string[] = [];
    const chunk = Buffer.alloc(chunkBytes);
    for (;;) {
      const count = readSync(fd, chunk, 0, chunkBytes, this.offset);
      if (count === 0) return lines;
      this.offset += count;
      const bytes = Buffer.concat([this.rest, chunk.subarray(0, count)]);
      const end = bytes.lastIndexOf(0x0a);
      this.rest = bytes.subarray(end + 1);
      if (end >= 0) lines.push(...bytes.toString("utf8", 0, end).split("\n"));
    }
  }

  /** True when the path now names another file, or this one became shorter than what was read. */
  private wasReplaced(fd: number): boolean {
    const mine = fstatSync(fd);
    if (mine.size < this.offset) return true;
    const named = statSync(this.path, { throwIfNoEntry: false });
    return named !== undefined && (named.ino !== mine.ino || named.dev !== mine.dev);
  }
}
