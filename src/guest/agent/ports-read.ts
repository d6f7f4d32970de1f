import type { ListeningPort } from "../protocol.ts";
import type { SocketKind } from "./inet-diag.ts";
import type { Questions } from "./netlink.ts";
import { portKey, uniquePorts } from "./ports-plan.ts";
import { DiagTable, ProcTable, type SocketTable } from "./socket-table.ts";

const kinds: readonly SocketKind[] = [
  { protocol: "tcp", family: 4 },
  { protocol: "tcp", family: 6 },
  { protocol: "udp", family: 4 },
  { protocol: "udp", family: 6 },
];

/**
 * Looks at the kernel's tables of sockets and parses only what changed. Its counters (`/proc/net/sockstat`) would cost less
 * to read, but stay as they are when a socket takes another's place.
 */
export class PortReader {
  private readonly tables: SocketTable[];
  private ports: readonly ListeningPort[] = [];

  /** @param netlink where sock_diag is asked; without it, and of what it refuses, /proc/net is read */
  constructor(netlink: Questions | undefined) {
    this.tables = kinds.map((kind) => (netlink === undefined ? new ProcTable(kind) : new DiagTable(kind, netlink)));
  }

  /** Every listening port, each once. The same value as before when nothing has changed. */
  read(): readonly ListeningPort[] {
    let changed = false;
    for (const index of kinds.keys()) if (this.refresh(index)) changed = true;
    if (changed) this.parse();
    return this.ports;
  }

  /** A kernel that refuses once, for want of a module, is not asked again: each time it would look for the module. */
  private refresh(index: number): boolean {
    const [table, kind] = [this.tables[index], kinds[index]];
    if (table === undefined || kind === undefined) return false;
    try {
      return table.refresh();
    } catch (error) {
      if (table instanceof ProcTable) throw error;
      this.tables[index] = new ProcTable(kind);
      this.tables[index].refresh();
      return true;
    }
  }

  private parse(): void {
    const ports = uniquePorts(this.tables.flatMap((table) => table.ports()));
    if (ports.map(portKey).join() !== this.ports.map(portKey).join()) this.ports = ports;
  }
}
