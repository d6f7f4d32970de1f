import { defineCommand } from "../cli/command.ts";
import { embedTemplate } from "../config/templates/embed.ts";
import { readTemplate, templateName } from "../config/templates/read.ts";
import { loadConfigText } from "../instance/load.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { instanceContext } from "./instance-context.ts";
import { openTemplates, tellWarnings } from "./templates.ts";

export const command = defineCommand({
  meta: { name: "validate", description: "Validate templates" },
  positionals: { usage: "TEMPLATE [TEMPLATE, ...]", min: 1 },
  async run(context) {
    for (const locator of context.positionals) {
      const templates = await openTemplates(context);
      const template = await readTemplate(locator, templates);
      if (template.text === "") {
        throw new UserError(`don't know how to interpret ${quote(locator)} as a template locator`);
      }
      const name = templateName(template, templates);
      if (name === "") throw new UserError(`can't determine instance name from template locator ${quote(locator)}`);
      try {
        const text = await embedTemplate(template, templates);
        tellWarnings(context, templates);
        const { warnings } = await loadConfigText(instanceContext(context), name, text);
        for (const { message, fields } of warnings) context.logger.warn(message, fields);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        throw new UserError(`failed to validate YAML file ${quote(locator)}: ${error.message}`, { cause: error });
      }
      context.logger.info(`${quote(locator)}: OK`);
    }
  },
});
