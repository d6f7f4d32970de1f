import { readFileSync } from "node:fs";
import { endianness } from "node:os";
import { errorCode } from "../../lib/errors.ts";
import type { ListeningPort } from "../protocol.ts";
import { portKey, uniquePorts } from "./ports-plan.ts";
import { parseProcNet } from "./proc-net.ts";

const tables = [
  ["tcp", "/proc/net/tcp"],
  ["tcp", "/proc/net/tcp6"],
  ["udp", "/proc/net/udp"],
  ["udp", "/proc/net/udp6"],
] as const;

/** The kernel's counts of sockets, which cost far less to read than the tables: those walk all of its hash buckets. */
const counts = ["/proc/net/sockstat", "/proc/net/sockstat6"];
/** After so many looks the tables are read even if the counts are the same: a socket may have taken another's place. */
const looksPerTable = 6;

/** Looks at the kernel's tables of sockets; not at all when no socket came or went, and a table is parsed only when it changed. */
export class PortReader {
  private readonly texts = new Map<string, string>();
  private ports: readonly ListeningPort[] = [];
  private counted = "";
  private looks = 0;

  /** Every listening port, each once. The same value as before when nothing has changed. */
  read(): readonly ListeningPort[] {
    // What closed sockets leave behind, and buffers, come and go with the traffic.
    const counted = counts
      .map(tableText)
      .join("")
      .replace(/\b(?:mem|tw|orphan) \d+/g, "");
    this.looks += 1;
    if (counted === this.counted && this.looks < looksPerTable) return this.ports;
    this.counted = counted;
    this.looks = 0;
    return this.readTables();
  }

  private readTables(): readonly ListeningPort[] {
    let changed = false;
    for (const [, path] of tables) {
      const text = tableText(path);
      if (this.texts.get(path) !== text) changed = true;
      this.texts.set(path, text);
    }
    if (changed) {
      const little = endianness() === "LE";
      const found = tables.flatMap(([protocol, path]) => parseProcNet(this.texts.get(path) ?? "", protocol, little));
      const ports = uniquePorts(found);
      if (ports.map(portKey).join() !== this.ports.map(portKey).join()) this.ports = ports;
    }
    return this.ports;
  }
}

function tableText(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    // A kernel without IPv6 has no table for it.
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  }
}
