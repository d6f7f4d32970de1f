import { defineCommand } from "../cli/command.ts";
import { findRunning } from "../instance/reach.ts";
import { openTunnel, tunnelAdvice } from "../instance/tunnel.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: {
    name: "tunnel",
    description: "Open a SOCKS proxy into the network of an instance",
    long: "Open a SOCKS proxy on 127.0.0.1 through which programs of the host, e.g. a web browser, reach what the instance reaches. It runs in the background until the instance stops.",
  },
  positionals: { usage: "[flags] INSTANCE", min: 1, max: 1, complete: "instances", endsFlags: true },
  args: {
    type: { type: "string", default: "socks", description: "Tunnel type, currently only socks", complete: ["socks"] },
    "socks-port": { type: "int", description: "Port of the SOCKS proxy on the host (0 for a free one)" },
  },
  async run(context) {
    context.logger.warn("`limactl tunnel` is experimental");
    const { flags } = context;
    if (flags.type !== "socks") throw new UserError(`unknown tunnel type: ${quote(flags.type)}`);
    const port = flags["socks-port"];
    if (port !== 0 && (port < 1024 || port > 65535)) throw new UserError(`invalid socks port ${port}`);
    const surroundings = instanceContext(context);
    const target = await findRunning(surroundings, context.positionals[0] ?? "");
    const opened = await openTunnel(surroundings, target, port);
    context.stdout.write(tunnelAdvice(context.host.os, target.instance.hostname, opened));
  },
});
