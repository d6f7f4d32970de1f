import { endianness } from "node:os";
import type { ListeningPort } from "../protocol.ts";
import { KernelFile } from "./kernel-file.ts";
import { portKey, uniquePorts } from "./ports-plan.ts";
import { parseProcNet, socketCounts } from "./proc-net.ts";

const tables = [
  ["tcp", "/proc/net/tcp"],
  ["tcp", "/proc/net/tcp6"],
  ["udp", "/proc/net/udp"],
  ["udp", "/proc/net/udp6"],
] as const;

/** The kernel's counts of sockets, which cost far less to read than the tables: those walk all of its hash buckets. */
const counts = ["/proc/net/sockstat", "/proc/net/sockstat6"] as const;
/** After so many looks the tables are read even if the counts are the same: a socket may have taken another's place. */
const looksPerTable = 6;

/** Looks at the kernel's tables of sockets; not at all when no socket came or went, and parses only what changed. */
export class PortReader {
  private readonly counts = counts.map((path) => new KernelFile(path));
  private readonly tables = tables.map(([protocol, path]) => ({ protocol, file: new KernelFile(path) }));
  private ports: readonly ListeningPort[] = [];
  private counted = "";
  private looks = looksPerTable;

  /** Every listening port, each once. The same value as before when nothing has changed. */
  read(): readonly ListeningPort[] {
    this.looks += 1;
    if (!this.countsChanged() && this.looks < looksPerTable) return this.ports;
    this.looks = 0;
    let changed = false;
    for (const { file } of this.tables) if (file.refresh()) changed = true;
    if (changed) this.parse();
    return this.ports;
  }

  private countsChanged(): boolean {
    let changed = false;
    for (const file of this.counts) if (file.refresh()) changed = true;
    if (!changed) return false;
    const counted = socketCounts(this.counts.map((file) => file.text()).join(""));
    if (counted === this.counted) return false;
    this.counted = counted;
    return true;
  }

  private parse(): void {
    const little = endianness() === "LE";
    const found = this.tables.flatMap(({ protocol, file }) => parseProcNet(file.text(), protocol, little));
    const ports = uniquePorts(found);
    if (ports.map(portKey).join() !== this.ports.map(portKey).join()) this.ports = ports;
  }
}
