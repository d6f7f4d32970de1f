import type { SshEndpoint } from "../store/ssh-plan.ts";
import type { Machine } from "../vm/driver.ts";
import type { SshAccess } from "./ssh-access.ts";

/** A machine that runs, and how its guest is reached. */
export interface Running {
  readonly machine: Machine;
  /** The id of its start, which the guest writes into its markers. */
  readonly instanceId: string;
  readonly endpoint: SshEndpoint;
  readonly access: Promise<SshAccess>;
}
