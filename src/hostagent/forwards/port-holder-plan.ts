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
