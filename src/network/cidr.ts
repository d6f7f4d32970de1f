import { UserError } from "../lib/errors.ts";
import { canonicalIp } from "../lib/ip-address.ts";
import { quote } from "../lib/quote.ts";

/** An address of a network with the network's mask, both in canonical form. */
export interface Gateway {
  readonly gateway: string;
  readonly netmask: string;
}

/**
 * Reads `IP/LENGTH`; a length that is missing is 24.
 * @throws UserError for what is none, and for an address that no gateway can have
 */
export function parseGateway(given: string): Gateway {
  const text = given.includes("/") ? given : `${given}/24`;
  const [address = "", length = "", ...rest] = text.split("/");
  const gateway = canonicalIp(address);
  const bits = gateway?.includes(":") === true ? 128 : 32;
  if (gateway === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits) {
    throw new UserError(`failed to parse CIDR ${quote(text)}: invalid CIDR address: ${text}`);
  }
  if (["0.0.0.0", "::", "::1"].includes(gateway) || gateway.startsWith("127.")) {
    throw new UserError(`invalid IP address: ${gateway}`);
  }
  return { gateway, netmask: maskOf(Number(length), bits) };
}

function maskOf(length: number, bits: 32 | 128): string {
  const size = bits === 32 ? 8 : 16;
  const groups = Array.from({ length: bits / size }, (_, index) => {
    const ones = Math.min(Math.max(length - index * size, 0), size);
    return 2 ** size - 2 ** (size - ones);
  });
  const text = bits === 32 ? groups.join(".") : groups.map((group) => group.toString(16)).join(":");
  return canonicalIp(text) ?? text;
}

/** Length of the prefix that a mask stands for; undefined for a mask with holes. */
export function prefixLength(netmask: string): number | undefined {
  const bits = netmask.includes(":") ? 128 : 32;
  for (let length = 0; length <= bits; length += 1) {
    if (maskOf(length, bits) === netmask) return length;
  }
  return undefined;
}
