/** One try at one name server. */
export interface Attempt {
  readonly server: string;
  readonly protocol: "udp" | "tcp";
}

/**
 * How a question is put to the name servers: to each by UDP, again by UDP, for a packet may be lost, and at last by TCP.
 * The next attempt begins when the one before has failed, or has not answered for a while; then both may still answer.
 */
export function planAttempts(servers: readonly string[]): readonly Attempt[] {
  const udp = servers.map((server): Attempt => ({ server, protocol: "udp" }));
  const tcp = servers.map((server): Attempt => ({ server, protocol: "tcp" }));
  return [...udp, ...udp, ...tcp];
}

/** How long an attempt has the field to itself. */
export const patienceMs = 1000;
/** How long the name servers have in all; a guest's own resolver waits about as long. */
export const limitMs = 10_000;
