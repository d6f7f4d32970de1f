import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { defineCommand } from "../../cli/command.ts";
import { writeFileAtomic } from "../../lib/files.ts";
import type { ObjectSchema, ToolDefinition } from "../../lib/mcp/tool.ts";
import { toolDefinitions } from "./tools.ts";

export const command = defineCommand({
  meta: { name: "generate-doc", description: "Write the documentation of the MCP tools", hidden: true },
  positionals: { usage: "DIR", min: 1, max: 1 },
  run(context) {
    const [directory = ""] = context.positionals;
    mkdirSync(directory, { recursive: true });
    const tools = Object.values(toolDefinitions).map(toolText);
    writeFileAtomic(
      join(directory, "mcp.md"),
      `---\ntitle: MCP tools\nweight: 99\n---\nThe tools of \`limactl mcp serve\`.\n\n${tools.join("")}`,
    );
  },
});

function toolText({ name, description, inputSchema, outputSchema }: ToolDefinition): string {
  const sections = [fieldLines("Arguments", inputSchema), fieldLines("Result", outputSchema)];
  return [`## \`${name}\``, "", description, "", ...sections.flat()].map((line) => `${line}\n`).join("");
}

function fieldLines(title: string, schema: ObjectSchema): readonly string[] {
  const fields = Object.entries(schema.properties);
  if (fields.length === 0) return [];
  const lines = fields.map(([name, field]) => {
    const optional = schema.required.includes(name) ? "" : ", optional";
    return `- \`${name}\` (${field.type}${optional})${field.description === undefined ? "" : `: ${field.description}`}`;
  });
  return [`### ${title}`, "", ...lines, ""];
}
