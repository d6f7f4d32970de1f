import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type CommandContext, defineCommand } from "../../cli/command.ts";
import { withAbsoluteLocators } from "../../config/templates/embed.ts";
import { UserError } from "../../lib/errors.ts";
import { evaluateYaml } from "../../lib/yq/evaluate.ts";
import { embedded, filledYaml, openTemplate } from "../fill-template.ts";
import { filledTemplate } from "../filled-template.ts";
import { telling } from "../templates.ts";

const args = {
  embed: { type: "boolean", description: "Embed what the template refers to, but for `template:` locators" },
  "embed-all": { type: "boolean", description: "Embed everything that the template refers to" },
  fill: { type: "boolean", description: "Fill in the defaults, implies --embed-all" },
  verbatim: { type: "boolean", description: "Change nothing, not even relative locators" },
} as const;

export const command = defineCommand({
  meta: { name: "copy", description: "Copy a template" },
  positionals: { usage: "[OPTIONS] TEMPLATE [DEST]", min: 1, max: 2 },
  args,
  async run(context) {
    const [locator = "", destination = "-"] = context.positionals;
    const { embed, fill, verbatim } = context.flags;
    if (verbatim && (embed || context.flags["embed-all"] || fill)) {
      throw new UserError("--verbatim cannot be used with any of --embed, --embed-all, or --fill");
    }
    const text = await copied(context, locator);
    if (destination !== "-") writeFileSync(resolve(context.host.cwd, destination), text, { mode: 0o644 });
    else context.stdout.write(context.prettyOutput ? evaluateYaml(".", text, { colors: true }) : text);
  },
});

async function copied(context: CommandContext<typeof args>, locator: string): Promise<string> {
  const { embed, fill, verbatim } = context.flags;
  if (fill) return filledYaml(await filledTemplate(context, locator));
  const open = await openTemplate(context, locator);
  if (verbatim) return open.template.text;
  if (embed || context.flags["embed-all"]) {
    return embedded(context, open, { embedAll: context.flags["embed-all"] });
  }
  return telling(context, open.templates, () => withAbsoluteLocators(open.template, open.templates));
}
