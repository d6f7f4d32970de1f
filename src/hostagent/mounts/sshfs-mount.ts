import { setTimeout as sleep } from "node:timers/promises";
import { errorText } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import type { Health } from "../service.ts";
import { type LinkOptions, type SshfsLink, startSshfs } from "./sshfs-link.ts";
import type { SshfsPlan } from "./sshfs-plan.ts";

export interface SshfsMountOptions extends LinkOptions {
  /** The mount that holds this one's mount point. */
  readonly parent: SshfsMount | undefined;
  /** Told when the mount came or went. */
  readonly onChange: () => void;
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
  private readonly first = Promise.withResolvers<string | undefined>();
  private readonly children: SshfsMount[] = [];
  private up = Promise.withResolvers<void>();
  private link: SshfsLink | undefined;
  private keeping: Promise<void> = Promise.resolve();
  private state: Health = { kind: "failed", reason: "not mounted yet" };

  constructor(
    private readonly plan: SshfsPlan,
    private readonly options: SshfsMountOptions,
  ) {
    options.parent?.children.push(this);
  }

  /** Mounts. @returns why it is not mounted after the first attempts, undefined when it is */
  start(): Promise<string | undefined> {
    const { parent } = this.options;
    this.keeping = this.keep();
    parent?.first.promise.then((failure) => {
      if (failure !== undefined) this.first.resolve(this.failure(`${quote(parent.plan.mountPoint)} is not mounted`));
    });
    return this.first.promise;
  }

  /** Unmounts. */
  async stop(): Promise<void> {
    if (this.over.signal.aborted) return;
    this.over.abort();
    this.first.resolve(undefined);
    this.options.logger.info(`Unmounting ${quote(this.plan.location)}`);
    await this.link?.cut();
    await this.keeping;
  }

  health(): Health {
    return this.state;
  }

  private async keep(): Promise<void> {
    const { signal } = this.over;
    const { logger, parent } = this.options;
    for (let failures = 0; !signal.aborted; ) {
      if (parent !== undefined) await Promise.race([parent.up.promise, aborted(signal)]);
      if (signal.aborted) return;
      const since = performance.now();
      const { reason, wasMounted } = await this.live();
      if (signal.aborted) return;
      this.set({ kind: "failed", reason: this.failure(reason) });
      if (wasMounted) logger.warn(`${quote(this.plan.mountPoint)} is no longer mounted: ${reason}; mounting it again`);
      else logger.debug(this.failure(reason));
      failures = wasMounted && performance.now() - since > steadyMs ? 1 : failures + 1;
      if (failures === firstAttempts) this.first.resolve(this.failure(reason));
      const pauseMs = Math.min(retryMs.first * 2 ** (failures - 1), retryMs.last);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One life of the mount, from its start to its end. */
  private async live(): Promise<{ readonly reason: string; readonly wasMounted: boolean }> {
    const { logger } = this.options;
    const { location, mountPoint } = this.plan;
    logger.info(`Mounting ${quote(location)} on ${quote(mountPoint)}`);
    try {
      this.link = startSshfs(this.plan, this.options);
    } catch (error) {
      return { reason: errorText(error), wasMounted: false };
    }
    const { mounted, ended } = this.link;
    const late = setTimeout(() => {
      logger.warn(`failed to confirm whether ${quote(mountPoint)} [remote] is successfully mounted`);
      this.first.resolve(undefined);
    }, confirmLimitMs);
    const wasMounted = await mounted;
    clearTimeout(late);
    if (wasMounted) {
      this.set({ kind: "well" });
      this.up.resolve();
      this.first.resolve(undefined);
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

  private set(state: Health): void {
    this.state = state;
    this.options.onChange();
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
