import {
  type End,
  type Frame,
  type Info,
  jsonPayload,
  type ListeningPort,
  type PortsEvent,
  ProtocolError,
  type TimeSync,
} from "../../guest/protocol.ts";
import { canonicalIp } from "../../lib/ip-address.ts";

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null) throw new ProtocolError(`not ${what}`);
  return value as Fields;
}

function portOf(value: unknown): ListeningPort {
  const { protocol, ip, port } = fieldsOf(value, "a port");
  const address = typeof ip === "string" ? canonicalIp(ip) : undefined;
  const known = protocol === "tcp" || protocol === "udp";
  if (!known || address === undefined || typeof port !== "number" || !Number.isInteger(port)) {
    throw new ProtocolError("not a port");
  }
  if (port < 0 || port > 65535) throw new ProtocolError(`port ${port} does not exist`);
  return { protocol, ip: address, port };
}

function portsOf(value: unknown): readonly ListeningPort[] {
  if (!Array.isArray(value)) throw new ProtocolError("not a list of ports");
  // The kernel may show a socket that has no port yet.
  return value.map(portOf).filter(({ port }) => port > 0);
}

/** What the guest says is checked: it is not trusted with the host. @throws ProtocolError */
export function infoOf(value: unknown): Info {
  return { ports: portsOf(fieldsOf(value, "an info").ports) };
}

/** @throws ProtocolError */
export function portsEventOf(value: unknown): PortsEvent {
  const { timeMs, added, removed, errors } = fieldsOf(value, "an event");
  if (typeof timeMs !== "number" || !Array.isArray(errors) || !errors.every((error) => typeof error === "string")) {
    throw new ProtocolError("not an event");
  }
  return { timeMs, added: portsOf(added), removed: portsOf(removed), errors };
}

/** @throws ProtocolError */
export function timeSyncOf(value: unknown): TimeSync {
  const { adjusted, driftMs, error } = fieldsOf(value, "an answer about the time");
  if (typeof adjusted !== "boolean" || typeof driftMs !== "number" || typeof error !== "string") {
    throw new ProtocolError("not an answer about the time");
  }
  return { adjusted, driftMs, error };
}

/** How the guest ended a channel. @throws ProtocolError */
export function endOf(frame: Frame): End {
  const { error, refused } = fieldsOf(jsonPayload(frame), "an end");
  if (typeof error !== "string") throw new ProtocolError("not an end");
  return { error, refused: refused === true };
}

/** Bytes of which the guest says that it takes them. @throws ProtocolError */
export function windowOf(frame: Frame): number {
  const value = jsonPayload(frame);
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) throw new ProtocolError("not a window");
  return value;
}
