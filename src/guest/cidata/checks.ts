import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import type { GuestMediaFacts } from "./facts.ts";

/** What must hold before anything is made for the guest.
 * @throws UserError naming the field
 */
export function checkFacts({
  config,
  instanceName,
  sshPublicKeys,
}: Pick<GuestMediaFacts, "config" | "instanceName" | "sshPublicKeys">): void {
  const { user } = config;
  if (sshPublicKeys.length === 0) throw new UserError("no SSH key was found, run `ssh-keygen`");
  if (instanceName.length > 76 || !/^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/.test(instanceName)) {
    throw new UserError(
      `identifier ${quote(instanceName)} must match alphanumerics separated by single \`.\`, \`_\`, \`-\``,
    );
  }
  if (user.name === "") throw new UserError("field User must be set");
  if (user.name === "root") throw new UserError("field User must not be `root`");
  if (user.uid === 0) throw new UserError("field UID must not be 0");
  if (user.home === "") throw new UserError("field Home must be set");
  if (user.shell === "") throw new UserError("field Shell must be set");
  const absolute = config.os === "Windows" ? /^(?:[A-Za-z]:)?[\\/]/ : /^\//;
  for (const [i, { mountPoint }] of config.mounts.entries()) {
    if (!absolute.test(mountPoint)) {
      throw new UserError(`field mounts[${i}] must be absolute, got ${quote(mountPoint)}`);
    }
  }
}
