import { defineCommand } from "../../cli/command.ts";
import { rewriteLocator } from "../../config/templates/rewrite.ts";
import { openTemplates, telling } from "../templates.ts";

export const command = defineCommand({
  meta: { name: "url", description: "Print what the locator of a template stands for" },
  positionals: { usage: "CUSTOM_URL", min: 1, max: 1 },
  async run(context) {
    const [locator = ""] = context.positionals;
    const templates = await openTemplates(context);
    const final = await telling(context, templates, () => rewriteLocator(locator, templates));
    context.stdout.write(`${final}\n`);
  },
});
