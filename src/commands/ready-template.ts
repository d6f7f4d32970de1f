import type { CommandContext } from "../cli/command.ts";
import { noneHas, templateDirectories } from "../config/templates/directories-read.ts";
import type { ReadyTemplate } from "../config/templates/ready.ts";
import type { PartialConfig } from "../config/types.ts";
import { limaHome } from "../store/directories.ts";

const scheme = "template:";

/**
 * The decoded form of a shipped template as the build made it; undefined where its text has to be read: for any other
 * locator, and where a directory of templates has a file that takes the place of one of its own.
 */
export async function readyTemplate(
  { host }: Pick<CommandContext, "host">,
  locator: string,
): Promise<PartialConfig | undefined> {
  if (!locator.startsWith(scheme) || host.env.LIMA_TEMPLATES_PATH) return undefined;
  const { readyTemplates } = await import("../assets/ready-templates.ts");
  const name = locator.slice(scheme.length);
  const text = Object.hasOwn(readyTemplates, name) ? readyTemplates[name]?.() : undefined;
  if (text === undefined) return undefined;
  const { parts, config } = JSON.parse(text) as ReadyTemplate;
  return noneHas(templateDirectories(host, limaHome(host)), parts) ? config : undefined;
}
