/** Progress of cloud-init in the guest (`start --progress`). */
export interface CloudInitProgress {
  readonly logLine?: string;
  readonly completed?: boolean;
  readonly active?: boolean;
}

/** What happened to one forwarded port. */
export interface PortForwardEvent {
  readonly type: "forwarding" | "not-forwarding" | "stopping" | "failed";
  readonly protocol?: string;
  readonly guestAddr?: string;
  readonly hostAddr?: string;
  readonly error?: string;
}

/** What happened to ssh over vsock (`vz` only). */
export interface VsockEvent {
  readonly type: "started" | "skipped" | "failed";
  readonly hostAddr?: string;
  readonly vsockPort?: number;
  readonly reason?: string;
}

/** The state of a running instance as its host agent tells it. A key that is absent is false, zero or empty. */
export interface HostAgentStatus {
  /** The start is complete. */
  readonly running?: boolean;
  /** Some step of the start failed; implies `running`. */
  readonly degraded?: boolean;
  /** The host agent is about to end; implies not `running`. */
  readonly exiting?: boolean;
  readonly errors?: readonly string[];
  readonly sshLocalPort?: number;
  readonly cloudInitProgress?: CloudInitProgress;
  readonly portForward?: PortForwardEvent;
  readonly vsock?: VsockEvent;
}

/** One line of `ha.stdout.log`. */
export interface HostAgentEvent {
  /** RFC 3339, with a fraction of a second. */
  readonly time: string;
  readonly status: HostAgentStatus;
}

/** An event as its line of `ha.stdout.log`, without the newline; empty values are left out. */
export function eventLine(event: HostAgentEvent): string {
  const status = Object.fromEntries(Object.entries(event.status).filter(([, value]) => !isEmpty(value)));
  return JSON.stringify({ time: event.time, status });
}

/**
 * Reads one line of `ha.stdout.log`; unknown keys are kept, so that a newer host agent can be read.
 * @throws Error when the line is not an event
 */
export function parseEvent(line: string): HostAgentEvent {
  const value: unknown = JSON.parse(line);
  if (!isRecord(value) || typeof value.time !== "string" || !isRecord(value.status)) {
    throw new Error(`not an event of the host agent: ${line.slice(0, 200)}`);
  }
  const { status } = value;
  const flags = ["running", "degraded", "exiting"].every((key) =>
    ["boolean", "undefined"].includes(typeof status[key]),
  );
  const port = ["number", "undefined"].includes(typeof status.sshLocalPort);
  const objects = ["cloudInitProgress", "portForward", "vsock"].every(
    (key) => status[key] === undefined || isRecord(status[key]),
  );
  if (!flags || !port || !objects || !isTextList(status.errors)) {
    throw new Error(`not an event of the host agent: ${line.slice(0, 200)}`);
  }
  return { time: value.time, status: status as HostAgentStatus };
}

function isTextList(value: unknown): boolean {
  return (
    value === undefined || value === null || (Array.isArray(value) && value.every((item) => typeof item === "string"))
  );
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === false ||
    value === 0 ||
    value === "" ||
    (Array.isArray(value) && value.length === 0)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
