import { lstatSync } from "node:fs";
import type { Mount } from "../../config/types.ts";
import type { Host } from "../../lib/host.ts";
import type { Logger } from "../../lib/log.ts";
import type { Health, Service } from "../service.ts";
import type { SshAccess } from "../ssh-access.ts";
import { findSftpServer } from "./sftp-server.ts";
import { SshfsMount } from "./sshfs-mount.ts";
import { sshfsPlans } from "./sshfs-plan.ts";

export interface SshfsMountsOptions {
  readonly host: Host;
  readonly logger: Logger;
  readonly mounts: readonly Mount[];
  readonly access: Promise<SshAccess>;
  /** Told when `problems` changed. */
  readonly onChange: () => void;
  /** How long a mount that was there may be away before that is a problem. @default 10000 */
  readonly awayMs?: number;
}

/** The host directories of an instance whose `mountType` is `reverse-sshfs`. */
export class SshfsMounts implements Service {
  readonly name = "mounts";
  readonly tellsTroubles = true;
  private mounts: readonly SshfsMount[] = [];

  constructor(private readonly options: SshfsMountsOptions) {}

  /** Mounts all; what fails is in `problems` and is tried again beside. */
  async start(): Promise<void> {
    const { host, logger, mounts, access, onChange, awayMs } = this.options;
    const links = new Set(mounts.map(({ location }) => location).filter(isLink));
    const plans = sshfsPlans({ ...(await access), mounts, links, sftpServer: findSftpServer(host), self: host.self });
    const made = new Map<number, SshfsMount>();
    const make = (index: number): SshfsMount | undefined => {
      const plan = plans[index];
      const known = made.get(index);
      if (plan === undefined || known !== undefined) return known;
      const parent = plan.parent === undefined ? undefined : make(plan.parent);
      const mount = new SshfsMount(plan, {
        env: host.env,
        logger,
        parent,
        onChange,
        ...(awayMs === undefined ? {} : { awayMs }),
      });
      made.set(index, mount);
      return mount;
    };
    this.mounts = plans.flatMap((_, index) => make(index) ?? []);
    await Promise.all(this.mounts.map((mount) => mount.start()));
  }

  /** What cannot be mounted now, with why. */
  get problems(): readonly string[] {
    return this.mounts.flatMap((mount) => mount.problem ?? []);
  }

  async stop(): Promise<void> {
    await Promise.all(this.mounts.map((mount) => mount.stop()));
  }

  health(): Health {
    const reasons = this.problems;
    return reasons.length === 0 ? { kind: "well" } : { kind: "failed", reason: reasons.join("; ") };
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    // one that is not there is made, as a directory
    return false;
  }
}
