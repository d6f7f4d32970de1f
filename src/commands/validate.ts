import { type CommandContext, defineCommand } from "../cli/command.ts";
import type { LoadedConfig } from "../config/load-layers.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import type { FillOptions } from "./fill-options.ts";
import { filledReady } from "./filled-template.ts";

/** Both `limactl validate` and `limactl template validate`. */
export const command = defineCommand({
  meta: { name: "validate", description: "Validate templates" },
  positionals: { usage: "TEMPLATE [TEMPLATE, ...]", min: 1 },
  args: { fill: { type: "boolean", description: "Print the template with its defaults filled in" } },
  async run(context) {
    const { fill } = context.flags;
    const options = { validate: true, withDefaultBase: fill };
    for (const locator of context.positionals) {
      const loaded = (await filledReady(context, locator, options)) ?? (await readAndFill(context, locator, options));
      context.logger.info(`${quote(locator)}: OK`);
      if (!fill) continue;
      const { filledYaml } = await import("./fill-template.ts");
      const text = filledYaml({ ...loaded, vmTypeGiven: true });
      context.stdout.write(context.positionals.length > 1 ? `---\n${text}...\n` : text);
    }
  },
});

async function readAndFill(
  context: Pick<CommandContext, "host" | "logger">,
  locator: string,
  options: FillOptions,
): Promise<LoadedConfig> {
  const [{ filled, openTemplate }, { templateName }] = await Promise.all([
    import("./fill-template.ts"),
    import("../config/templates/read.ts"),
  ]);
  const open = await openTemplate(context, locator);
  if (templateName(open.template, open.templates) === "") {
    throw new UserError(`can't determine instance name from template locator ${quote(locator)}`);
  }
  try {
    return await filled(context, open, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`failed to validate YAML file ${quote(locator)}: ${error.message}`, { cause: error });
  }
}
