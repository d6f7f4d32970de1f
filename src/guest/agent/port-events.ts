import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errorText } from "../../lib/errors.ts";
import { writeFileAtomic } from "../../lib/files.ts";
import type { ListeningPort, PortsEvent } from "../protocol.ts";
import { portsChange } from "./ports-plan.ts";

/** More changes at once leave garbage for which the heap would grow, and stay so: it is collected at once. */
const manyChanges = 100;

export interface PortEventsOptions {
  /** Every port that listens now; the same value as before when nothing has changed. */
  readonly ports: () => readonly ListeningPort[];
  /** What the host knows already. @default what an earlier stream announced */
  readonly known: readonly ListeningPort[] | undefined;
  /** Where what was announced is kept for the next stream. */
  readonly runtimeDirectory: string;
  /** Time between two looks. */
  readonly tickMs: number;
  readonly tell: (event: PortsEvent) => void;
  /** Told when what was announced cannot be kept. */
  readonly warn: (text: string) => void;
}

/**
 * Tells what changes among the listening ports, an event for each look that finds a change. What the host knows already
 * is not announced again; what is announced is kept at once, for this program may be killed. A look that finds nothing makes
 * no garbage: it happens all day, in guests whose processor is emulated.
 */
export class PortEvents {
  private readonly file: string;
  private readonly timer: NodeJS.Timeout;
  private known: readonly ListeningPort[];
  private lastError = "";

  constructor(private readonly options: PortEventsOptions) {
    this.file = join(options.runtimeDirectory, "event-state.json");
    this.known = options.known ?? savedPorts(this.file);
    // What the host knew before any event is kept, too.
    if (!this.look()) this.keep();
    this.timer = setInterval(() => this.look(), options.tickMs);
  }

  end(): void {
    clearInterval(this.timer);
  }

  private keep(): void {
    const { runtimeDirectory, warn } = this.options;
    try {
      mkdirSync(runtimeDirectory, { recursive: true, mode: 0o755 });
      writeFileAtomic(this.file, JSON.stringify({ ports: this.known }));
    } catch (error) {
      warn(`what was told of the ports cannot be kept: ${errorText(error)}`);
    }
  }

  /** @returns whether something was told and kept */
  private look(): boolean {
    let ports: readonly ListeningPort[];
    try {
      ports = this.options.ports();
    } catch (error) {
      const text = errorText(error);
      if (text !== this.lastError) this.tell([], [], [text]);
      this.lastError = text;
      return false;
    }
    this.lastError = "";
    if (ports === this.known) return false;
    const { added, removed } = portsChange(this.known, ports);
    this.known = ports;
    if (added.length === 0 && removed.length === 0) return false;
    this.tell(added, removed, []);
    this.keep();
    if (added.length + removed.length > manyChanges) setImmediate(() => Bun.gc(true));
    return true;
  }

  private tell(added: PortsEvent["added"], removed: PortsEvent["removed"], errors: PortsEvent["errors"]): void {
    this.options.tell({ timeMs: Date.now(), added, removed, errors });
  }
}

/** What an earlier stream announced; nothing when that is not known. */
function savedPorts(file: string): readonly ListeningPort[] {
  try {
    const { ports } = JSON.parse(readFileSync(file, "utf8")) as { readonly ports: readonly ListeningPort[] };
    return Array.isArray(ports) ? ports : [];
  } catch {
    return [];
  }
}
