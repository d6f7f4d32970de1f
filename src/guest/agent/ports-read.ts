import { endianness } from "node:os";
import type { ListeningPort } from "../protocol.ts";
import { KernelFile } from "./kernel-file.ts";
import { portKey, uniquePorts } from "./ports-plan.ts";
import { listeningLength, parseProcNet } from "./proc-net.ts";

const tables = [
  ["tcp", "/proc/net/tcp"],
  ["tcp", "/proc/net/tcp6"],
  ["udp", "/proc/net/udp"],
  ["udp", "/proc/net/udp6"],
] as const;

/**
 * Looks at the kernel's tables of sockets and parses only what changed. Its counters (`/proc/net/sockstat`) would cost less
 * to read, but stay as they are when a socket takes another's place.
 */
export class PortReader {
  private readonly tables = tables.map(([protocol, path]) => ({
    protocol,
    file: protocol === "tcp" ? new KernelFile(path, listeningLength) : new KernelFile(path),
  }));
  private ports: readonly ListeningPort[] = [];

  /** Every listening port, each once. The same value as before when nothing has changed. */
  read(): readonly ListeningPort[] {
    let changed = false;
    for (const { file } of this.tables) if (file.refresh()) changed = true;
    if (changed) this.parse();
    return this.ports;
  }

  private parse(): void {
    const little = endianness() === "LE";
    const found = this.tables.flatMap(({ protocol, file }) => parseProcNet(file.text(), protocol, little));
    const ports = uniquePorts(found);
    if (ports.map(portKey).join() !== this.ports.map(portKey).join()) this.ports = ports;
  }
}
