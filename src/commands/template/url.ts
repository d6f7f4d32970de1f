import { defineCommand } from "../../cli/command.ts";
import { rewriteLocator } from "../../config/templates/rewrite.ts";
import { openTemplates, tellRewrite, tellWarnings } from "../templates.ts";

export const command = defineCommand({
  meta: { name: "url", description: "Print what the locator of a template stands for" },
  positionals: { usage: "CUSTOM_URL", min: 1, max: 1 },
  async run(context) {
    const [locator = ""] = context.positionals;
    const templates = await openTemplates(context);
    const final = await rewriteLocator(locator, templates);
    tellRewrite(context, locator, final);
    tellWarnings(context, templates);
    context.stdout.write(`${final}\n`);
  },
});
