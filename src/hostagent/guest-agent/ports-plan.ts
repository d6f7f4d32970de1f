import type { ListeningPort } from "../../guest/protocol.ts";

function keyOf({ protocol, ip, port }: ListeningPort): string {
  return `${protocol} ${ip} ${port}`;
}

/** What came and what went between two lists of ports. */
export function portsDifference(
  before: readonly ListeningPort[],
  after: readonly ListeningPort[],
): { readonly added: readonly ListeningPort[]; readonly removed: readonly ListeningPort[] } {
  const old = new Map(before.map((port) => [keyOf(port), port]));
  const now = new Map(after.map((port) => [keyOf(port), port]));
  return {
    added: [...now].flatMap(([key, port]) => (old.has(key) ? [] : [port])),
    removed: [...old].flatMap(([key, port]) => (now.has(key) ? [] : [port])),
  };
}

/** A list of ports after an event. */
export function portsAfter(
  before: readonly ListeningPort[],
  { added, removed }: { readonly added: readonly ListeningPort[]; readonly removed: readonly ListeningPort[] },
): readonly ListeningPort[] {
  const gone = new Set(removed.map(keyOf));
  return [...before.filter((port) => !gone.has(keyOf(port))), ...added];
}
