import { defineCommand } from "../../cli/command.ts";
import { evaluateYaml } from "../../lib/yq/evaluate.ts";
import { filledYaml } from "../fill-template.ts";
import { filledTemplate } from "../filled-template.ts";

export const command = defineCommand({
  meta: { name: "yq", description: "Evaluate a yq expression on a template with its defaults filled in" },
  positionals: { usage: "TEMPLATE EXPR", min: 2, max: 2 },
  async run(context) {
    const [locator = "", expression = ""] = context.positionals;
    const text = filledYaml(await filledTemplate(context, locator));
    context.stdout.write(evaluateYaml(expression, text, { colors: context.prettyOutput }));
  },
});
