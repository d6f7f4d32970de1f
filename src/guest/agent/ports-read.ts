import { readFileSync } from "node:fs";
import { endianness } from "node:os";
import { errorCode } from "../../lib/errors.ts";
import type { ListeningPort } from "../protocol.ts";
import { uniquePorts } from "./ports-plan.ts";
import { parseProcNet } from "./proc-net.ts";

const tables = [
  ["tcp", "/proc/net/tcp"],
  ["tcp", "/proc/net/tcp6"],
  ["udp", "/proc/net/udp"],
  ["udp", "/proc/net/udp6"],
] as const;

/** Looks at the kernel's tables of sockets; a table that has not changed is not parsed again. */
export class PortReader {
  private readonly texts = new Map<string, string>();
  private ports: readonly ListeningPort[] = [];

  /** Every listening port, each once. The same value as before when nothing has changed. */
  read(): readonly ListeningPort[] {
    let changed = false;
    for (const [, path] of tables) {
      const text = tableText(path);
      if (this.texts.get(path) !== text) changed = true;
      this.texts.set(path, text);
    }
    if (changed) {
      const little = endianness() === "LE";
      this.ports = uniquePorts(
        tables.flatMap(([protocol, path]) => parseProcNet(this.texts.get(path) ?? "", protocol, little)),
      );
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
