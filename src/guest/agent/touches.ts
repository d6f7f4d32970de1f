import { errorCode, errorText } from "../../lib/errors.ts";

/** Files that may wait for their time; the oldest are lost first, as in inotify's own queue. */
const waitingLimit = 128;

/**
 * Gives files the times they have on the host, so that the guest's watchers are told. One after the other, and not on the
 * event loop: a mount whose host is gone keeps a call for ever.
 */
export class Touches {
  private readonly waiting = new Map<string, number>();
  private working = false;

  constructor(private readonly warn: (text: string) => void) {}

  add(path: string, timeMs: number): void {
    this.waiting.delete(path);
    this.waiting.set(path, timeMs);
    if (this.waiting.size > waitingLimit) {
      const [oldest = ""] = this.waiting.keys();
      this.waiting.delete(oldest);
    }
    if (!this.working) void this.work();
  }

  private async work(): Promise<void> {
    this.working = true;
    const { utimes } = await import("node:fs/promises");
    for (const [path, timeMs] of this.waiting) {
      this.waiting.delete(path);
      await utimes(path, timeMs / 1000, timeMs / 1000).catch((error) => {
        // A file that is missing in the guest is no matter.
        if (errorCode(error) !== "ENOENT") this.warn(`cannot touch ${path}: ${errorText(error)}`);
      });
    }
    this.working = false;
  }
}
