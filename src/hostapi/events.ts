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

/** What a start waits for now (this program's own addition to Lima's events). */
export interface PhaseProgress {
  /** `qemu`, `serial`, `network`, `sshd`, `cloud-init` or `boot-scripts`. */
  readonly name: string;
  /** The same for people. */
  readonly description: string;
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
  readonly phase?: PhaseProgress;
}

/** One line of `ha.stdout.log`. */
export interface HostAgentEvent {
  /** RFC 3339, with a fraction of a second. */
  readonly time: string;
  readonly status: HostAgentStatus;
}

/** The keys of a status and of what is in it, in the order in which Lima writes them. */
const statusKeys = [
  ...["running", "degraded", "exiting", "errors", "sshLocalPort"],
  ...["cloudInitProgress", "portForward", "vsock", "phase"],
] as const;
const partKeys = [
  ...["type", "name", "description", "logLine", "completed", "active"],
  ...["protocol", "guestAddr", "hostAddr", "error", "vsockPort", "reason"],
] as const;

/** An event as its line of `ha.stdout.log`, without the newline; empty values are left out at every depth. */
export function eventLine(event: HostAgentEvent): string {
  const status: Record<string, unknown> = {};
  for (const [key, value] of entries(event.status, statusKeys)) {
    status[key] = isRecord(value) ? Object.fromEntries(entries(value, partKeys)) : value;
  }
  return JSON.stringify({ time: event.time, status }).replace(/[<>&]/g, goEscape);
}

function entries(value: object, keys: readonly string[]): readonly (readonly [string, unknown])[] {
  const record = value as Readonly<Record<string, unknown>>;
  return keys.flatMap((key) => (isEmpty(record[key]) ? [] : [[key, record[key]] as const]));
}

/** As Go writes these in JSON. */
function goEscape(character: string): string {
  return `\\u00${character.charCodeAt(0).toString(16)}`;
}

/**
 * Reads one line of `ha.stdout.log`; unknown keys are kept, so that a newer host agent can be read.
 * @throws Error when the line is not an event
 */
export function parseEvent(line: string): HostAgentEvent {
  const value: unknown = JSON.parse(line);
  if (!isRecord(value) || typeof value.time !== "string" || !isMoment(value.time) || !isRecord(value.status)) {
    throw new Error(`not an event of the host agent: ${line.slice(0, 200)}`);
  }
  const { status } = value;
  const flags = ["running", "degraded", "exiting"].every((key) =>
    ["boolean", "undefined"].includes(typeof status[key]),
  );
  const port = ["number", "undefined"].includes(typeof status.sshLocalPort);
  const objects = ["cloudInitProgress", "portForward", "vsock", "phase"].every(
    (key) => status[key] === undefined || isRecord(status[key]),
  );
  if (!flags || !port || !objects || !isTextList(status.errors)) {
    throw new Error(`not an event of the host agent: ${line.slice(0, 200)}`);
  }
  return { time: value.time, status: status as HostAgentStatus };
}

function isMoment(time: string): boolean {
  return !Number.isNaN(Date.parse(time));
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
