import { defineCommand } from "../../cli/command.ts";
import { slirpAddresses } from "../../guest/cidata/network-plan.ts";
import { makeZone, ownNames } from "../../hostagent/dns/zone-plan.ts";
import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";

export const command = defineCommand({
  meta: {
    name: "dns",
    description: "Run the builtin DNS server of the host agent on 127.0.0.1",
    long: "Run the builtin DNS server of the host agent on 127.0.0.1\n\nTCPPORT is the same as UDPPORT unless it is given; 0 stands for a free port.",
  },
  positionals: { usage: "UDPPORT [TCPPORT]", min: 1, max: 2 },
  args: {
    ipv6: { type: "boolean", alias: "6", description: "Answer questions for IPv6 addresses" },
  },
  async run({ positionals, flags, host, logger, signal }) {
    const [first = "", second] = positionals;
    const udp = portOf(first, "UDP");
    const tcp = second === undefined ? udp : portOf(second, "TCP");
    const { DnsServer } = await import("../../hostagent/dns/dns-server.ts");
    const own = ownNames("", { gateway: slirpAddresses("qemu").gateway, guest: "" });
    using server = await DnsServer.listen(host, { zone: makeZone({}, own), ipv6: flags.ipv6 }, { udp, tcp });
    logger.info(`Started srv on 127.0.0.1 (UDP ${server.ports.udp}, TCP ${server.ports.tcp})`);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    signal.throwIfAborted();
  },
});

function portOf(text: string, protocol: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65535) return port;
  throw new UserError(`invalid ${protocol} port ${quote(text)}: it is a number from 0 to 65535`);
}
