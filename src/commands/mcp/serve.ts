import { defineCommand } from "../../cli/command.ts";
import { UserError } from "../../lib/errors.ts";
import { McpServer } from "../../lib/mcp/server.ts";
import { quote } from "../../lib/quote.ts";
import { programVersion } from "../../lib/version.ts";
import { defaultInstance } from "../instance-context.ts";
import { toolCalls } from "./calls.ts";
import { GuestFiles } from "./guest-files.ts";
import { listedInstance } from "./instance.ts";
import { toolDefinitions } from "./tools.ts";

export const command = defineCommand({
  meta: {
    name: "serve",
    description: "Serve the files and commands of a running instance by MCP, on stdin and stdout",
    examples: "  limactl mcp serve default",
  },
  positionals: { usage: "[INSTANCE]", max: 1, complete: "instances" },
  async run(context) {
    const { host, logger, stdout } = context;
    const [name = defaultInstance] = context.positionals;
    const limactl = host.env.LIMACTL ? [host.env.LIMACTL] : host.self;
    const { status, hasMounts, access } = await listedInstance(limactl, name, host);
    if (status !== "Running") {
      throw new UserError(`expected status of instance ${quote(name)} to be \`Running\`, got ${quote(status)}`);
    }
    if (!hasMounts) logger.warn(`instance ${quote(name)} has no mount`);
    using files = new GuestFiles(access);
    const calls = toolCalls({ host, instance: name, limactl, files });
    const server = new McpServer({
      name: "lima",
      version: programVersion,
      tools: Object.values(toolDefinitions).map((definition) => ({ definition, call: calls[definition.name] })),
      write: (line) => stdout.write(line),
    });
    await server.serve(process.stdin);
  },
});
