import { hostnameOf } from "../../config/identifier.ts";
import { slirpAddresses } from "../../guest/cidata/network-plan.ts";
import { errorText, UserError } from "../../lib/errors.ts";
import type { AttachVerdict } from "../../store/attach-plan.ts";
import type { HostAgentOptions } from "../options.ts";
import { DnsServer } from "./dns-server.ts";
import { makeZone, ownNames } from "./zone-plan.ts";

/**
 * Starts the DNS server of an instance's guest: before the machine, which is told its ports; for one that is taken over at
 * the ports that it was told.
 * @returns undefined when the guest asks for names elsewhere, or cannot be served where it asks, which is told
 * @throws UserError when it cannot listen for a machine that is yet to be started
 */
export async function listenForNames(
  { host, name, config, logger }: HostAgentOptions,
  attach: Extract<AttachVerdict, { kind: "attach" }> | undefined,
): Promise<DnsServer | undefined> {
  const { hostResolver, vmType, dns } = config;
  if (!hostResolver.enabled || vmType === "vz" || dns.length > 0) return undefined;
  if (attach !== undefined && attach.run.dnsPorts === undefined) return undefined;
  const zone = makeZone(hostResolver.hosts, ownNames(hostnameOf(name), slirpAddresses(vmType)));
  try {
    const server = await DnsServer.listen(host, { zone, ipv6: hostResolver.ipv6 }, attach?.run.dnsPorts);
    logger.debug(`DNS server listens on 127.0.0.1 (UDP ${server.ports.udp}, TCP ${server.ports.tcp})`);
    return server;
  } catch (cause) {
    const text = `cannot start the DNS server of the guest on 127.0.0.1: ${errorText(cause)}`;
    if (attach === undefined) throw new UserError(text, { cause });
    logger.warn(`${text}; the guest finds no names until it is restarted`);
    return undefined;
  }
}
