import type { InstanceStatus } from "./record.ts";

/** What was found out about the two processes of an instance. */
export interface LivenessFacts {
  readonly vmType: string;
  readonly hostAgentAlive: boolean;
  readonly driverAlive: boolean;
  /** Why the host agent's API or a pid file could not be read; any such reason means Broken. */
  readonly problems: readonly string[];
}

/** The status and the reasons for one that is neither Running nor Stopped. */
export interface StatusVerdict {
  readonly status: InstanceStatus;
  readonly errors: readonly string[];
}

/** Judges an instance by its processes. */
export function judgeStatus(facts: LivenessFacts): StatusVerdict {
  if (facts.problems.length > 0) return { status: "Broken", errors: facts.problems };
  if (facts.hostAgentAlive && facts.driverAlive) return { status: "Running", errors: [] };
  if (facts.hostAgentAlive) return { status: "Broken", errors: ["host agent is running but driver is not"] };
  if (facts.driverAlive) {
    return { status: "Broken", errors: [`${facts.vmType} driver is running but host agent is not`] };
  }
  return { status: "Stopped", errors: [] };
}
