import { identifierProblem } from "../config/identifier.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { parseGateway } from "./cidr.ts";
import type { Networks } from "./networks.ts";

/** A network to be added, as the options of `limactl network create` say it. */
export interface NewNetwork {
  readonly name: string;
  readonly mode: string;
  /** Address with an optional prefix length; empty when not given. */
  readonly gateway: string;
  readonly interface: string;
}

/**
 * The yq expression that adds a network to networks.yaml.
 * @throws UserError for a name that is taken, and for options that do not fit the mode
 */
export function additionOf(wanted: NewNetwork, existing: Networks): string {
  const { name, mode, gateway } = wanted;
  if (Object.hasOwn(existing.networks, name)) throw new UserError(`network ${quote(name)} already exists`);
  requireIdentifier(name, `invalid network name ${quote(name)}`);
  const prefix = `network mode ${quote(mode)}`;
  if (mode === "bridged") {
    if (gateway !== "") throw new UserError(`${prefix} does not support specifying gateway`);
    if (wanted.interface === "") throw new UserError(`${prefix} requires specifying interface`);
    requireIdentifier(wanted.interface, `invalid interface ${quote(wanted.interface)} for network ${quote(name)}`);
    return assignment(name, { mode, interface: wanted.interface });
  }
  if (gateway === "") throw new UserError(`${prefix} requires specifying gateway`);
  if (wanted.interface !== "") throw new UserError(`${prefix} does not support specifying interface`);
  requireIdentifier(mode, `invalid mode ${quote(mode)} for network ${quote(name)}`);
  return assignment(name, { mode, ...parseGateway(gateway), interface: "" });
}

/** The yq expression that removes networks; those that are not there are no error. */
export function removalOf(names: readonly string[]): string {
  return names.map((name) => `del(.networks.${JSON.stringify(name)})`).join(" | ");
}

function assignment(name: string, fields: Readonly<Record<string, string>>): string {
  return `.networks.${JSON.stringify(name)} = ${JSON.stringify(fields)}`;
}

function requireIdentifier(text: string, what: string): void {
  const problem = identifierProblem(text);
  if (problem !== undefined) throw new UserError(`${what}: ${problem}`);
}
