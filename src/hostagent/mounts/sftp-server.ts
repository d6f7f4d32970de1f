import { existsSync, realpathSync } from "node:fs";
import { UserError } from "../../lib/errors.ts";
import type { Host } from "../../lib/host.ts";
import { brewSshds, noSftpServer, sftpServerPlaces } from "./sftp-server-plan.ts";

/** OpenSSH's sftp-server on this host. @throws UserError that names the package when there is none */
export function findSftpServer(host: Host): string {
  const inPath = Bun.which("sftp-server", { PATH: host.env.PATH ?? "" }) ?? undefined;
  const cellarSshds = brewSshds.filter((path) => existsSync(path)).map((path) => realpathSync(path));
  const found = sftpServerPlaces(inPath, cellarSshds).find((path) => existsSync(path));
  if (found === undefined) throw new UserError(noSftpServer);
  return found;
}
