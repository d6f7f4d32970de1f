import { ipOfBytes } from "../../lib/ip-address.ts";
import type { ListeningPort } from "../protocol.ts";

/** States of sockets that take what comes: LISTEN for TCP, unconnected for UDP. */
const listeningState = { tcp: "0A", udp: "07" } as const;

/**
 * The listening sockets of a table of the kernel.
 * @param table text of /proc/net/tcp, tcp6, udp or udp6
 * @param littleEndian byte order of this machine, in which the kernel prints the words of an address @default true
 */
export function parseProcNet(table: string, protocol: "tcp" | "udp", littleEndian = true): readonly ListeningPort[] {
  const ports: ListeningPort[] = [];
  for (const line of table.split("\n")) {
    const [, local = "", , state] = line.trim().split(/\s+/);
    if (state !== listeningState[protocol]) continue;
    const [address = "", port = ""] = local.split(":");
    const ip = addressOf(address, littleEndian);
    if (ip !== undefined) ports.push({ protocol, ip, port: Number.parseInt(port, 16) });
  }
  return ports;
}

/**
 * How many bytes at the beginning of a table of TCP tell of sockets that listen. The kernel lists those first; what follows
 * them are connections, whose timers change all the time.
 * @param table the table of which `length` bytes count
 */
export function listeningLength(table: Buffer, length: number): number {
  const heading = table.indexOf("\n") + 1;
  let end = heading;
  while (end < length) {
    const next = table.indexOf("\n", end) + 1;
    // `  sl: local_address rem_address st ...`, of which only the first may be preceded by blanks
    const remote = table.indexOf(" ", table.indexOf(":", end) + 2);
    const state = table.indexOf(" ", remote + 1) + 1;
    if (next === 0 || next > length || table.toString("latin1", state, state + 2) !== listeningState.tcp) break;
    end = next;
  }
  return Math.min(end, length);
}

function addressOf(hex: string, littleEndian: boolean): string | undefined {
  if (!/^(?:[0-9A-F]{8}|[0-9A-F]{32})$/i.test(hex)) return undefined;
  const bytes = Buffer.from(hex, "hex");
  return ipOfBytes(littleEndian ? bytes.swap32() : bytes);
}
