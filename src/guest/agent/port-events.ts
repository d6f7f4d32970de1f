import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorText } from "../../lib/errors.ts";
import { readTextIfExists, writeFileAtomic } from "../../lib/files.ts";
import type { ListeningPort, PortsEvent } from "../protocol.ts";
import { portsChange } from "./ports-plan.ts";

export interface PortEventsOptions {
  /** Every port that listens now; the same value as before when nothing has changed. */
  readonly ports: () => readonly ListeningPort[];
  /** What the host knows already. @default what an earlier stream announced */
  readonly known: readonly ListeningPort[] | undefined;
  /** Where what was announced is kept for the next stream. */
  readonly runtimeDirectory: string;
  /** Time between two looks. */
  readonly tickMs: number;
  readonly signal: AbortSignal;
}

/**
 * What changes among the listening ports, an event for each look that finds a change. What the host knows already is not
 * announced again; what is announced is kept when the stream ends.
 */
export async function* portEvents({
  ports,
  known: told,
  runtimeDirectory,
  tickMs,
  signal,
}: PortEventsOptions): AsyncGenerator<PortsEvent> {
  const file = join(runtimeDirectory, "event-state.json");
  let known = told ?? (await savedPorts(file));
  let lastError = "";
  try {
    while (!signal.aborted) {
      const event = look(ports, known);
      if ("error" in event) {
        if (event.error !== lastError) yield { timeMs: Date.now(), added: [], removed: [], errors: [event.error] };
        lastError = event.error;
      } else {
        lastError = "";
        if (event.added.length > 0 || event.removed.length > 0) {
          yield { timeMs: Date.now(), added: event.added, removed: event.removed, errors: [] };
        }
        known = event.ports;
      }
      await sleep(tickMs, undefined, { signal }).catch(() => {});
    }
  } finally {
    mkdirSync(runtimeDirectory, { recursive: true, mode: 0o755 });
    writeFileAtomic(file, JSON.stringify({ ports: known }));
  }
}

function look(read: () => readonly ListeningPort[], known: readonly ListeningPort[]) {
  try {
    const ports = read();
    if (ports === known) return { ports, added: [], removed: [] };
    return { ports, ...portsChange(known, ports) };
  } catch (error) {
    return { error: errorText(error) };
  }
}

async function savedPorts(file: string): Promise<readonly ListeningPort[]> {
  const text = await readTextIfExists(file);
  if (text === undefined) return [];
  try {
    const { ports } = JSON.parse(text) as { readonly ports: readonly ListeningPort[] };
    return Array.isArray(ports) ? ports : [];
  } catch {
    return [];
  }
}
