import { prefixLength } from "./cidr.ts";
import type { NetworkDefinition, Networks } from "./networks.ts";

/** The rows of `limactl network list`, header first. */
export function networkRows(names: readonly string[], { networks }: Networks): readonly (readonly string[])[] {
  const rows = names.flatMap((name) => {
    const network = networks[name];
    return network === undefined ? [] : [[name, network.mode, gatewayCell(network), network.interface || "-"]];
  });
  return [["NAME", "MODE", "GATEWAY", "INTERFACE"], ...rows];
}

function gatewayCell({ gateway, netmask }: NetworkDefinition): string {
  if (gateway === "") return "-";
  return netmask === "" ? gateway : `${gateway}/${prefixLength(netmask) ?? netmask}`;
}

/** One line of `limactl network list --json`; what a network does not have is left out. */
export function networkJson(name: string, network: NetworkDefinition): Readonly<Record<string, string>> {
  const { mode, gateway, dhcpEnd, netmask } = network;
  const rest = { interface: network.interface, gateway, dhcpEnd, netmask };
  return { name, mode, ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== "")) };
}
