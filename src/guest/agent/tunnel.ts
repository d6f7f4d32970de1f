import { dialEarly } from "./early-tcp-end.ts";
import type { TunnelEnd, TunnelEvents } from "./tunnel-end.ts";
import { dialUdp } from "./udp-end.ts";

/** Dials an address of the guest: the first of the hosts that answers. */
export function dial(protocol: "tcp" | "udp", hosts: readonly string[], port: number, events: TunnelEvents): TunnelEnd {
  return protocol === "tcp" ? dialEarly(hosts, port, events) : dialUdp(hosts, port, events);
}
