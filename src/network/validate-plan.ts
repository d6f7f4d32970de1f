import { identifierProblem } from "../config/identifier.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { type Networks, networkNames, pathNames } from "./networks.ts";
import { type PathStat, pathProblem } from "./secure-path-plan.ts";

/** What validation needs to know of the host (macOS). */
export interface HostPaths {
  stat(path: string): PathStat | undefined;
  /** The id of the group `daemon`. */
  readonly daemonGroup: number;
}

/**
 * Checks that what root is asked to run by networks.yaml is what its owner means: names that cannot carry anything
 * else into a command or into sudoers, and paths that root alone can change.
 * @throws UserError with the first fault
 */
export function validateNetworksFile(networks: Networks, host: HostPaths): void {
  requireIdentifier(networks.group, `invalid group ${quote(networks.group)}`);
  for (const name of networkNames(networks)) {
    const network = networks.networks[name];
    const of = `for network ${quote(name)}`;
    requireIdentifier(name, `invalid network name ${quote(name)}`);
    if (network === undefined) continue;
    if (network.mode !== "") requireIdentifier(network.mode, `invalid mode ${quote(network.mode)} ${of}`);
    if (network.interface !== "")
      requireIdentifier(network.interface, `invalid interface ${quote(network.interface)} ${of}`);
  }
  for (const name of pathNames) {
    const path = networks.paths[name];
    const absolute = path.startsWith("/") && !/\s/.test(path);
    if (path === "") continue;
    if (absolute && host.stat(path) === undefined) {
      if (name === "sudoers") continue;
      if (name === "socketVMNet") {
        throw new UserError(`networks.yaml: ${quote(path)} (\`paths.${name}\`) has to be installed`);
      }
    }
    const rules = name === "varRun" ? { stat: host.stat, daemonGroup: host.daemonGroup } : { stat: host.stat };
    const problem = pathProblem(path, rules);
    if (problem !== undefined) throw new UserError(`networks.yaml field \`paths.${name}\` error: ${problem}`);
  }
}

function requireIdentifier(text: string, what: string): void {
  const problem = identifierProblem(text);
  if (problem !== undefined) throw new UserError(`${what}: ${problem}`);
}
