import type { Host } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";

/** What every verb on an instance needs to know of its surroundings. */
export interface InstanceContext {
  readonly host: Host;
  /** Absolute path of the Lima home. */
  readonly limaHome: string;
  readonly logger: Logger;
}
