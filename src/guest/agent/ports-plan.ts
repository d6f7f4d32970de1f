import type { ListeningPort } from "../protocol.ts";

/** What came and what went between two looks. */
export interface PortsChange {
  readonly added: readonly ListeningPort[];
  readonly removed: readonly ListeningPort[];
}

/** Identifies a port. */
export function portKey({ protocol, ip, port }: ListeningPort): string {
  return `${protocol} ${ip} ${port}`;
}

/** Each port once, in the order of first appearance: several sockets may share one (SO_REUSEPORT). */
export function uniquePorts(ports: readonly ListeningPort[]): readonly ListeningPort[] {
  return [...new Map(ports.map((port) => [portKey(port), port])).values()];
}

/** Compares two looks, each without duplicates. */
export function portsChange(before: readonly ListeningPort[], after: readonly ListeningPort[]): PortsChange {
  const old = new Set(before.map(portKey));
  const now = new Set(after.map(portKey));
  return {
    added: after.filter((port) => !old.has(portKey(port))),
    removed: before.filter((port) => !now.has(portKey(port))),
  };
}
