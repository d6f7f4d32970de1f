import { unixPathMax } from "../config/host-path.ts";
import { UserError } from "../lib/errors.ts";
import type { HostOs } from "../lib/host.ts";
import { quote } from "../lib/quote.ts";

/**
 * ssh adds 16 random characters to the control socket's name while it creates it, so that is the longest socket path.
 * @throws UserError that names the path and by how much it is too long, before anything is created
 */
export function checkSocketPathLength(name: string, instanceDirectory: string, os: HostOs): void {
  const path = `${instanceDirectory}/ssh.sock.1234567890123456`;
  const length = Buffer.byteLength(path);
  const maximum = unixPathMax(os);
  if (length < maximum) return;
  throw new UserError(
    `instance name ${quote(name)} too long: ${quote(path)} must be less than UNIX_PATH_MAX=${maximum} characters, but is ${length}` +
      ` (hint: choose a name shorter by ${length - maximum + 1}, or a shorter $LIMA_HOME)`,
  );
}
