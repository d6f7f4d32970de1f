import type { Config } from "../../config/types.ts";
import type { GuestDns, Nic, SlirpAddresses } from "./facts.ts";

/** The user-v2 network that stands in for the built-in NIC, as networks.yaml describes it. */
export interface Usernet {
  /** Its place in `networks`. */
  readonly index: number;
  /** First address of its subnet, such as `192.168.104.0`. */
  readonly subnet: string;
}

/** The guest's NICs: the built-in one, then every entry of `networks` that does not stand in for it. */
export function guestNics(config: Config, primaryMac: string, usernet?: Usernet): readonly Nic[] {
  const others = config.networks.filter((_, index) => index !== usernet?.index);
  const nics = others.map((network) => ({ mac: network.macAddress, name: network.interface, metric: network.metric }));
  return [{ mac: primaryMac, name: "eth0", metric: 200 }, ...nics];
}

/** The user-mode network's addresses. */
export function slirpAddresses(vmType: string, usernet?: Usernet): SlirpAddresses {
  if (usernet !== undefined) {
    const gateway = addressPlus(usernet.subnet, 2);
    return { gateway, dns: gateway, guest: "" };
  }
  const gateway = "192.168.5.2";
  return { gateway, dns: vmType === "vz" ? gateway : "192.168.5.3", guest: "192.168.5.15" };
}

function addressPlus(address: string, offset: number): string {
  const parts = address.split(".").map(Number);
  const sum = parts.reduce((value, part) => value * 256 + part, 0) + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(sum / 2 ** shift) % 256).join(".");
}

/** What else decides where the guest asks for names. */
export interface GuestDnsFacts {
  readonly config: Config;
  readonly slirp: SlirpAddresses;
  readonly usernet: boolean;
  /** Ports of the host agent's DNS server; 0 when it does not listen. */
  readonly udpPort: number;
  readonly tcpPort: number;
  /** The host's own name servers; used where the host resolver is off (macOS). */
  readonly hostServers: readonly string[];
}

/** Where the guest asks for names; the first rule that applies. */
export function guestDns(facts: GuestDnsFacts): GuestDns {
  const { config, slirp, usernet, udpPort, tcpPort } = facts;
  if (config.dns.length > 0) return { addresses: config.dns, udpPort: 0, tcpPort: 0 };
  if (usernet || config.vmType === "vz") return { addresses: [slirp.dns], udpPort: 0, tcpPort: 0 };
  if (config.hostResolver.enabled) return { addresses: [slirp.dns], udpPort, tcpPort };
  return { addresses: facts.hostServers, udpPort: 0, tcpPort: 0 };
}
