import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";

const pattern = /^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$/;
const maxBytes = 76;

/** What is wrong with an identifier (names of instances, disks, networks), or undefined when it is fine. */
export function identifierProblem(name: string): string | undefined {
  if (name === "") return "identifier must not be empty";
  if (new TextEncoder().encode(name).length > maxBytes)
    return `identifier ${quote(name)} greater than maximum length (${maxBytes} characters)`;
  if (!pattern.test(name)) return `identifier ${quote(name)} must match ${pattern.source}`;
  return undefined;
}

/** @throws UserError for a name that no instance may have */
export function checkInstanceName(name: string): void {
  const problem = identifierProblem(name);
  if (problem !== undefined) throw new UserError(`instance name ${quote(name)} is not a valid identifier: ${problem}`);
  if (/\.ya?ml$/i.test(name))
    throw new UserError(`instance name ${quote(name)} must not end with .yml or .yaml suffix`);
}

/** The guest's host name: `lima-` and the instance's name, with `.` and `_` as `-`. */
export function hostnameOf(instance: string): string {
  return `lima-${instance.replaceAll(/[._]/g, "-")}`;
}
