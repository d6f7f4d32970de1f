import { openSync, readSync } from "node:fs";
import { errorCode } from "../../lib/errors.ts";

const newline = 10;

/** How many of the first bytes of a file matter, of those that were read. */
export type Significant = (bytes: Buffer, length: number) => number;

/** A file of /proc that is read again and again: it stays open, for that costs a fifth, and its bytes are compared in place. */
export class KernelFile {
  private fd: number | undefined;
  private now = Buffer.allocUnsafe(4096);
  private nowLength = 0;
  private before = Buffer.allocUnsafe(4096);

  /** @param significant what follows those bytes is neither compared nor told, nor read where there is much of it */
  constructor(
    private readonly path: string,
    private readonly significant: Significant = (_, length) => length,
  ) {}

  /** Reads it anew. @returns whether it differs from what was read before */
  refresh(): boolean {
    const beforeLength = this.nowLength;
    [this.now, this.before] = [this.before, this.now];
    const length = this.fill();
    this.nowLength = this.significant(this.now, length);
    return this.nowLength !== beforeLength || this.now.compare(this.before, 0, beforeLength, 0, this.nowLength) !== 0;
  }

  /** What was read last; empty where the kernel has no such file (one without IPv6). */
  text(): string {
    return this.now.toString("latin1", 0, this.nowLength);
  }

  private fill(): number {
    try {
      this.fd ??= openSync(this.path, "r");
    } catch (error) {
      if (errorCode(error) === "ENOENT") return 0;
      throw error;
    }
    let length = 0;
    for (;;) {
      const count = readSync(this.fd, this.now, length, this.now.length - length, length);
      if (count === 0) return length;
      length += count;
      // A line that does not count and has come whole: no more will count.
      const end = this.now.indexOf(newline, this.significant(this.now, length));
      if (end >= 0 && end < length) return length;
      if (length === this.now.length) this.now = Buffer.concat([this.now], 2 * length);
    }
  }
}
