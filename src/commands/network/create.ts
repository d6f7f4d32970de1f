import { readdirSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { defineCommand } from "../../cli/command.ts";
import type { HostOs } from "../../lib/host.ts";
import { additionOf } from "../../network/edit-plan.ts";
import { networkModes, userNetworkMode } from "../../network/networks.ts";
import { instanceContext } from "../instance-context.ts";
import { editNetworks } from "./edit-file.ts";

export const command = defineCommand({
  meta: {
    name: "create",
    description: "Create a network",
    examples: [
      "  limactl network create foo --gateway 192.168.42.1/24",
      "  limactl network create bar --mode bridged --interface en0",
    ].join("\n"),
  },
  positionals: { usage: "NETWORK", min: 1, max: 1 },
  args: {
    mode: {
      type: "string",
      default: userNetworkMode,
      description: "Mode, one of: user-v2, host, shared, bridged",
      complete: networkModes,
    },
    gateway: { type: "string", description: "Gateway, e.g. 192.168.42.1/24 (without a length: /24)" },
    interface: {
      type: "string",
      description: "Interface of the host, for bridged mode",
      complete: (_typed, { os }) => interfaceNames(os),
    },
  },
  async run(context) {
    const [name = ""] = context.positionals;
    const { mode, gateway } = context.flags;
    const wanted = { name, mode, gateway, interface: context.flags.interface };
    await editNetworks(instanceContext(context), (networks) => additionOf(wanted, networks));
  },
});

/** All of the host's interfaces; where only those with an address can be asked for, those. */
function interfaceNames(os: HostOs): readonly string[] {
  return os === "linux" ? readdirSync("/sys/class/net").sort() : Object.keys(networkInterfaces());
}
