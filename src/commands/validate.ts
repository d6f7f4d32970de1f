import { defineCommand } from "../cli/command.ts";
import type { LoadedConfig } from "../config/load.ts";
import { templateName } from "../config/templates/read.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { filled, filledYaml, type OpenTemplate, openTemplate } from "./fill-template.ts";

/** Both `limactl validate` and `limactl template validate`. */
export const command = defineCommand({
  meta: { name: "validate", description: "Validate templates" },
  positionals: { usage: "TEMPLATE [TEMPLATE, ...]", min: 1 },
  args: { fill: { type: "boolean", description: "Print the template with its defaults filled in" } },
  async run(context) {
    const { fill } = context.flags;
    for (const locator of context.positionals) {
      const open = await openTemplate(context, locator);
      checkName(locator, open);
      let loaded: LoadedConfig;
      try {
        loaded = await filled(context, open, { validate: true, withDefaultBase: fill });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        throw new UserError(`failed to validate YAML file ${quote(locator)}: ${error.message}`, { cause: error });
      }
      context.logger.info(`${quote(locator)}: OK`);
      if (!fill) continue;
      const text = filledYaml({ ...loaded, vmTypeGiven: true });
      context.stdout.write(context.positionals.length > 1 ? `---\n${text}...\n` : text);
    }
  },
});

function checkName(locator: string, { template, templates }: OpenTemplate): void {
  if (templateName(template, templates) !== "") return;
  throw new UserError(`can't determine instance name from template locator ${quote(locator)}`);
}
