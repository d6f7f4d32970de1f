import { defineCommand } from "../../cli/command.ts";
import { evaluateYaml } from "../../lib/yq/evaluate.ts";
import { filled, filledYaml, openTemplate } from "../fill-template.ts";

export const command = defineCommand({
  meta: { name: "yq", description: "Evaluate a yq expression on a template with its defaults filled in" },
  positionals: { usage: "TEMPLATE EXPR", min: 2, max: 2 },
  async run(context) {
    const [locator = "", expression = ""] = context.positionals;
    const text = filledYaml(await filled(context, await openTemplate(context, locator)));
    context.stdout.write(evaluateYaml(expression, text, { colors: context.prettyOutput }));
  },
});
