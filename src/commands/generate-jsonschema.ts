import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineCommand } from "../cli/command.ts";
import { jsonSchema } from "../config/json-schema.ts";
import { errorCode, UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";

export const command = defineCommand({
  meta: { name: "generate-jsonschema", description: "Generate the JSON schema of lima.yaml", hidden: true },
  positionals: { usage: "" },
  args: { schemafile: { type: "string", description: "Write the schema to this file" } },
  async run(context) {
    const { schemafile } = context.flags;
    const schema = `${JSON.stringify(jsonSchema(), null, 4)}\n`;
    if (context.positionals.length === 0) {
      context.stdout.write(schema);
      return;
    }
    if (schemafile === "") throw new UserError("need --schemafile to validate");
    const { schemaProblems } = await import("../config/json-schema-check.ts");
    writeFileSync(resolve(context.host.cwd, schemafile), schema);
    for (const file of context.positionals) {
      const problems = schemaProblems(read(resolve(context.host.cwd, file), file), file);
      if (problems.length > 0) {
        const list = problems.map((problem) => `- ${problem}`).join("\n");
        throw new UserError(`${quote(file)}: jsonschema validation failed\n${list}`);
      }
      context.logger.info(`${quote(file)}: OK`);
    }
  },
});

function read(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new UserError(`open ${shown}: no such file or directory`, { cause: error });
  }
}
