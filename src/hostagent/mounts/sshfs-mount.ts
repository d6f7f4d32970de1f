import { setTimeout as sleep } from "node:timers/promises";
import { errorText } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { type LinkOptions, type SshfsLink, startSshfs } from "./sshfs-link.ts";
import type { SshfsPlan } from "./sshfs-plan.ts";

export interface SshfsMountOptions extends LinkOptions {
  /** The mount that holds this one's mount point. */
  readonly parent: SshfsMount | undefined;
  /** Told when `problem` changed. */
  readonly onChange: () => void;
  /** How long a mount that was there may be away before that is a problem. @default 10000 */
  readonly awayMs?: number;
}

/** How long the guest may take to show a mount. */
const confirmLimitMs = 30_000;
/** Attempts until the start of the instance goes on without the mount; they go on beside it. */
const firstAttempts = 4;
/** Pauses between attempts that fail. */
const retryMs = { first: 200, last: 10_000 } as const;
/** A mount that held this long was a good one. */
const steadyMs = 5000;

/** One host directory in the guest: mounted, and mounted again whenever its link ends, until it is stopped. */
export class SshfsMount {
  private readonly over = new AbortController();
  private readonly settled = Promise.withResolvers<void>();
  private readonly children: SshfsMount[] = [];
  private up = Promise.withResolvers<void>();
  private link: SshfsLink | undefined;
  private keeping: Promise<void> = Promise.resolve();
  private trouble: string | undefined;

  constructor(
    private readonly plan: SshfsPlan,
    private readonly options: SshfsMountOptions,
  ) {
    options.parent?.children.push(this);
  }

  /** Mounts; resolves when it is mounted, or when `problem` says why the first attempts failed. */
  start(): Promise<void> {
    this.keeping = this.keep();
    return this.settled.promise;
  }

  /** Why it cannot be mounted; undefined while it is, or is about to be. */
  get problem(): string | undefined {
    return this.trouble;
  }

  /** Unmounts. */
  async stop(): Promise<void> {
    if (this.over.signal.aborted) return;
    this.over.abort();
    this.settled.resolve();
    this.options.logger.info(`Unmounting ${quote(this.plan.location)}`);
    await this.link?.cut();
    await this.keeping;
  }

  private async keep(): Promise<void> {
    const { signal } = this.over;
    const { logger, parent, awayMs = 10_000 } = this.options;
    let lost: number | undefined;
    for (let failures = 0, again = false; !signal.aborted; ) {
      if (parent !== undefined) await Promise.race([parent.up.promise, aborted(signal)]);
      if (signal.aborted) return;
      const since = performance.now();
      const { reason, wasMounted } = await this.live(again);
      if (signal.aborted) return;
      again = !wasMounted;
      if (wasMounted) logger.warn(`${quote(this.plan.mountPoint)} is no longer mounted: ${reason}; mounting it again`);
      else logger.debug(this.failure(reason));
      const now = performance.now();
      failures = wasMounted && now - since > steadyMs ? 1 : failures + 1;
      if (wasMounted && (lost === undefined || failures === 1)) lost = now;
      const isAway = lost === undefined || now - lost >= awayMs;
      if (failures >= firstAttempts && isAway) this.tell(this.failure(reason));
      const pauseMs = Math.min(retryMs.first * 2 ** (failures - 1), retryMs.last);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * One life of the mount, from its start to its end.
   * @param again the attempt before this one failed; such a one may fail each ten seconds for as long as the machine runs
   */
  private async live(again: boolean): Promise<{ readonly reason: string; readonly wasMounted: boolean }> {
    const { logger } = this.options;
    const { location, mountPoint } = this.plan;
    logger[again ? "debug" : "info"](`Mounting ${quote(location)} on ${quote(mountPoint)}`);
    try {
      this.link = startSshfs(this.plan, this.options);
    } catch (error) {
      return { reason: errorText(error), wasMounted: false };
    }
    const { mounted, ended } = this.link;
    const late = setTimeout(() => {
      logger.warn(`failed to confirm whether ${quote(mountPoint)} [remote] is successfully mounted`);
      this.settle();
    }, confirmLimitMs);
    const wasMounted = await mounted;
    clearTimeout(late);
    if (wasMounted) {
      this.up.resolve();
      if (again) logger.info(`${quote(mountPoint)} is mounted now`);
      this.tell(undefined);
    }
    const reason = await ended;
    this.link = undefined;
    if (wasMounted) {
      this.up = Promise.withResolvers<void>();
      // what was mounted below went with it, at the latest when this one covers it again
      await Promise.all(this.children.map((child) => child.link?.cut()));
    }
    return { reason, wasMounted };
  }

  private tell(problem: string | undefined): void {
    this.settled.resolve();
    if (problem === this.trouble) return;
    this.trouble = problem;
    this.options.onChange();
    for (const child of this.children) child.parentTold(problem);
  }

  private parentTold(problem: string | undefined): void {
    if (problem !== undefined) this.tell(this.failure("the mount that holds its mount point is not there"));
  }

  /** The start of the instance goes on, without this one and those below it if need be. */
  private settle(): void {
    this.settled.resolve();
    for (const child of this.children) child.settle();
  }

  private failure(reason: string): string {
    return `failed to mount ${quote(this.plan.location)} on ${quote(this.plan.mountPoint)}: ${reason}`;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
