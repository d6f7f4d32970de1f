import { existsSync, realpathSync } from "node:fs";
import type { Host } from "../../lib/host.ts";
import { brewSshds, sftpServerPlaces } from "./sftp-server-plan.ts";

/** OpenSSH's sftp-server on this host; undefined when there is none. */
export function findSftpServer(host: Host): string | undefined {
  const inPath = Bun.which("sftp-server", { PATH: host.env.PATH ?? "" }) ?? undefined;
  const cellarSshds = brewSshds.filter((path) => existsSync(path)).map((path) => realpathSync(path));
  return sftpServerPlaces(inPath, cellarSshds).find((path) => existsSync(path));
}
