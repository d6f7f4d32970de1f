import type { Network } from "../config/types.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import type { NetworkAttachment } from "../vm/driver.ts";

/** What becomes of `networks`. */
export interface PlannedNetworks {
  /** Entries that the machine has a NIC for. The guest is told of no other: cloud-init waits for each NIC it is told of. */
  readonly attached: readonly Network[];
  /** Where those NICs are plugged in, in the same order. */
  readonly attachments: readonly NetworkAttachment[];
  /** What people should know. */
  readonly warnings: readonly string[];
}

/**
 * Decides what each entry of `networks` is plugged into.
 * @throws UserError for an entry that names neither a network nor a socket (`vzNAT`, which other drivers know)
 */
export function planNetworks(networks: readonly Network[]): PlannedNetworks {
  const attached: Network[] = [];
  const attachments: NetworkAttachment[] = [];
  const warnings: string[] = [];
  for (const [index, network] of networks.entries()) {
    const { lima, socket, macAddress } = network;
    if (socket !== "") {
      attached.push(network);
      attachments.push({ kind: "socket", socket, macAddress });
    } else if (lima !== "") {
      warnings.push(`\`networks[${index}]\` is left out: the network ${quote(lima)} of networks.yaml is not run yet`);
    } else {
      throw new UserError(`invalid network spec: \`networks[${index}]\` has neither \`lima\` nor \`socket\``);
    }
  }
  return { attached, attachments, warnings };
}
