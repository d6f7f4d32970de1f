import { defineCommand } from "../../cli/command.ts";
import { toolDefinitions } from "./tools.ts";

export const command = defineCommand({
  meta: { name: "info", description: "Show the tools that `limactl mcp serve` has, as JSON" },
  positionals: { usage: "", max: 0, complete: "nothing" },
  run(context) {
    context.stdout.write(JSON.stringify({ tools: Object.values(toolDefinitions) }, null, 4));
  },
});
