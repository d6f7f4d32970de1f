import { type FSWatcher, realpathSync, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { errorText } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import type { Health, Service } from "../service.ts";
import { Changes, guestPathOf, PendingPaths, type WatchedMount } from "./plan.ts";

export interface InotifyRelayOptions {
  /** Writable mounts, expanded. */
  readonly mounts: readonly { readonly location: string; readonly mountPoint: string }[];
  /** Gives a file of the guest a time, while there is a guest agent. */
  readonly tell: (guestPath: string, timeMs: number) => void;
  readonly logger: Logger;
  /** Pause before a watch that failed is tried again. @default 10000 */
  readonly retryMs?: number;
}

/** Files that are looked at in one go, and the pause between two goes: a storm of changes costs the host little. */
const batch = 128;
const pauseMs = 50;
/** Files that may wait; when more change at once, the rest is lost, as inotify's own queue overflows. */
const pendingLimit = 10_000;

/** Tells the guest of changes that the host's programs make in mounted directories, so that the guest's watchers wake. */
export class InotifyRelay implements Service {
  readonly name = "inotify";
  private readonly changes = new Changes();
  private readonly pending = new PendingPaths(pendingLimit);
  private readonly retries = new Set<NodeJS.Timeout>();
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly failures = new Map<string, string>();
  private mounts: readonly WatchedMount[] = [];
  private flushing: NodeJS.Timeout | undefined;
  private overflowed = false;
  private over = false;

  constructor(private readonly options: InotifyRelayOptions) {}

  /** Begins to watch; what cannot be watched is tried again. */
  async start(): Promise<void> {
    for (const { location } of this.options.mounts) {
      this.options.logger.info(`enable inotify for writable mount: ${location}`);
      this.watch(location);
    }
  }

  async stop(): Promise<void> {
    this.over = true;
    clearTimeout(this.flushing);
    for (const timer of this.retries) clearTimeout(timer);
    for (const watcher of this.watchers.values()) watcher.close();
  }

  health(): Health {
    if (this.failures.size === 0) return { kind: "well" };
    return { kind: "failed", reason: [...this.failures].map(([path, why]) => `${path}: ${why}`).join("; ") };
  }

  private watch(location: string): void {
    try {
      const resolved = realpathSync(location);
      const watcher = watch(resolved, { recursive: true }, (_, name) => {
        this.take(name === null ? resolved : join(resolved, String(name)));
      });
      watcher.on("error", (error) => {
        watcher.close();
        this.fail(location, errorText(error));
      });
      this.watchers.set(location, watcher);
      this.failures.delete(location);
      this.mounts = this.options.mounts.map((mount) => ({
        ...mount,
        resolved: mount.location === location ? resolved : this.resolvedOf(mount.location),
      }));
    } catch (error) {
      this.fail(location, errorText(error));
    }
  }

  private resolvedOf(location: string): string {
    return this.mounts.find((mount) => mount.location === location)?.resolved ?? location;
  }

  private fail(location: string, reason: string): void {
    if (this.over) return;
    this.watchers.delete(location);
    if (this.failures.get(location) !== reason) {
      this.options.logger.warn(`cannot watch ${location} for changes: ${reason}`);
    }
    this.failures.set(location, reason);
    const timer = setTimeout(() => {
      this.retries.delete(timer);
      this.watch(location);
    }, this.options.retryMs ?? 10_000);
    this.retries.add(timer);
  }

  private take(path: string): void {
    if (!this.pending.add(path) && !this.overflowed) {
      this.overflowed = true;
      this.options.logger.warn(`more than ${pendingLimit} files changed at once; the guest is not told of all of them`);
    }
    this.flushLater();
  }

  private flushLater(): void {
    if (this.over) return;
    this.flushing ??= setTimeout(() => void this.flush(), pauseMs);
  }

  private async flush(): Promise<void> {
    for (const path of this.pending.take(batch)) {
      // A file that is gone is no matter: removals are not told.
      const found = await stat(path).catch(() => undefined);
      if (found === undefined || !this.changes.isNew(path, found.mtimeMs)) continue;
      const guestPath = guestPathOf(path, this.mounts);
      if (guestPath !== undefined && !this.over) this.options.tell(guestPath, found.mtimeMs);
    }
    this.flushing = undefined;
    if (this.pending.isEmpty) this.overflowed = false;
    else this.flushLater();
  }
}
