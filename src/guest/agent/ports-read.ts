import { openSync, readSync } from "node:fs";
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
  private readonly files = new Map<string, KernelFile>();
  private readonly texts = new Map<string, string>();
  private ports: readonly ListeningPort[] = [];
  private counted = "";
  private looks = 0;

  /** Every listening port, each once. The same value as before when nothing has changed. */
  read(): readonly ListeningPort[] {
    // What closed sockets leave behind, and buffers, come and go with the traffic.
    const counted = counts
      .map((path) => this.text(path))
      .join("")
      .replace(/\b(?:mem|tw|orphan) \d+/g, "");
    this.looks += 1;
    if (counted === this.counted && this.looks < looksPerTable) return this.ports;
    this.counted = counted;
    this.looks = 0;
    return this.readTables();
  }

  private text(path: string): string {
    let file = this.files.get(path);
    if (file === undefined) {
      file = new KernelFile(path);
      this.files.set(path, file);
    }
    return file.read();
  }

  private readTables(): readonly ListeningPort[] {
    let changed = false;
    for (const [, path] of tables) {
      const text = this.text(path);
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

/** A file of /proc that is read again and again: it stays open, for that costs a fifth. */
class KernelFile {
  private fd: number | undefined;
  private buffer = Buffer.allocUnsafe(4096);

  constructor(private readonly path: string) {}

  /** What the kernel says now; empty where it has no such file (a kernel without IPv6). */
  read(): string {
    try {
      this.fd ??= openSync(this.path, "r");
    } catch (error) {
      if (errorCode(error) === "ENOENT") return "";
      throw error;
    }
    let length = 0;
    for (;;) {
      const count = readSync(this.fd, this.buffer, length, this.buffer.length - length, length);
      if (count === 0) return this.buffer.toString("latin1", 0, length);
      length += count;
      if (length === this.buffer.length) this.buffer = Buffer.concat([this.buffer], 2 * length);
    }
  }
}
