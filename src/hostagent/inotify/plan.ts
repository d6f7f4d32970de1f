/** A directory of the host that the guest sees. */
export interface WatchedMount {
  /** As lima.yaml names it, expanded. */
  readonly location: string;
  /** The location with its links resolved: what the host's events name. */
  readonly resolved: string;
  readonly mountPoint: string;
}

/**
 * Where a file of the host is in the guest. The mount whose directory is the deepest decides.
 * @returns undefined for a file outside of every mount
 */
export function guestPathOf(path: string, mounts: readonly WatchedMount[]): string | undefined {
  const found = mounts
    .flatMap(({ location, resolved, mountPoint }) => [
      { from: resolved, mountPoint },
      { from: location, mountPoint },
    ])
    .filter(({ from }) => path === from || path.startsWith(withSlash(from)))
    .sort((a, b) => b.from.length - a.from.length)[0];
  if (found === undefined) return undefined;
  const rest = path.slice(withSlash(found.from).length);
  return rest === "" ? found.mountPoint : `${withSlash(found.mountPoint)}${rest}`;
}

function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}

/** A file's later change counts when it is so much later: one write makes several events. */
const sameChangeMs = 10;
/** So many files are remembered. */
const rememberedFiles = 10_000;

/** Knows which events tell of a change that was not told before. */
export class Changes {
  private readonly times = new Map<string, number>();

  /** @param mtimeMs when the file was last modified */
  isNew(path: string, mtimeMs: number): boolean {
    const known = this.times.get(path);
    if (known !== undefined && mtimeMs - known < sameChangeMs) return false;
    if (this.times.size >= rememberedFiles) this.times.clear();
    this.times.set(path, mtimeMs);
    return true;
  }
}

/** Files that wait to be looked at: each once, and no more than a limit, so that a storm of events costs a bounded time. */
export class PendingPaths {
  private readonly paths = new Set<string>();

  /** @param limit how many may wait; those beyond are lost */
  constructor(private readonly limit: number) {}

  /** @returns false when the path was lost */
  add(path: string): boolean {
    if (this.paths.size >= this.limit && !this.paths.has(path)) return false;
    this.paths.add(path);
    return true;
  }

  /** Takes out the oldest. */
  take(count: number): readonly string[] {
    const taken = [...this.paths.values().take(count)];
    for (const path of taken) this.paths.delete(path);
    return taken;
  }

  get isEmpty(): boolean {
    return this.paths.size === 0;
  }
}
