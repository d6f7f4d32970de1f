import { quote } from "../../lib/quote.ts";

/** States in which a socket holds its port: LISTEN for TCP, unconnected for UDP. */
const holdingState = { tcp: "0A", udp: "07" } as const;

/**
 * The inodes of the sockets that hold a port.
 * @param table text of /proc/net/tcp, tcp6, udp or udp6
 */
export function socketInodes(table: string, protocol: "tcp" | "udp", port: number): readonly string[] {
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    const isHolder = state === holdingState[protocol] && Number.parseInt(local.split(":")[1] ?? "", 16) === port;
    return isHolder && inode !== undefined ? [inode] : [];
  });
}

/**
 * A program that holds a port, for people: `nginx, pid 12`. A host agent, or the ssh by which one forwards, is named by its
 * instance, for that is what can be stopped.
 * @param command its words
 */
export function holderText(name: string, command: readonly string[], pid: number): string {
  const [first = ""] = command;
  const instance = command.includes("hostagent") ? command.at(-1) : /([^/]+)\/ssh\.sock \[mux\]$/.exec(first)?.[1];
  return `${name}, pid ${pid}${instance === undefined ? "" : `, for the instance ${quote(instance)}`}`;
}
