import { UserError } from "../lib/errors.ts";
import type { HostOs } from "../lib/host.ts";
import { quote } from "../lib/quote.ts";

const identifierPattern = "^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$";
const maximumLength = 76;

/** Why a text is no identifier (instance and disk names), or undefined when it is one. */
export function identifierProblem(text: string): string | undefined {
  if (text === "") return "identifier must not be empty";
  if (text.length > maximumLength) {
    return `identifier ${quote(text)} greater than maximum length (${maximumLength} characters)`;
  }
  if (!new RegExp(identifierPattern).test(text)) return `identifier ${quote(text)} must match ${identifierPattern}`;
  return undefined;
}

/** @throws UserError for a name that no instance may have */
export function checkInstanceName(name: string): void {
  const problem = identifierProblem(name);
  if (problem !== undefined) throw new UserError(`instance name ${quote(name)} is not a valid identifier: ${problem}`);
  if (/\.ya?ml$/i.test(name)) {
    throw new UserError(`instance name ${quote(name)} must not end with .yml or .yaml suffix`);
  }
}

/** The name by which an instance's guest and its ssh.config entry go. */
export function hostnameOf(instanceName: string): string {
  return `lima-${instanceName.replaceAll(/[._]/g, "-")}`;
}

/** The longest unix socket path plus one: sizeof(sun_path). */
export function unixPathMax(os: HostOs): number {
  return os === "linux" || os === "windows" ? 108 : 104;
}

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
