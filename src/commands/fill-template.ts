import type { CommandContext } from "../cli/command.ts";
import type { LoadedConfig } from "../config/load-layers.ts";
import { printConfig } from "../config/print.ts";
import { configToYaml } from "../config/print-yaml.ts";
import { type EmbedOptions, embedTemplate, embedWithPlaces } from "../config/templates/embed.ts";
import { readTemplate, type Template } from "../config/templates/read.ts";
import type { TemplateContext } from "../config/templates/source.ts";
import { loadTemplateText } from "../instance/load.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { defaultBase } from "./default-base.ts";
import type { FillOptions } from "./fill-options.ts";
import { instanceContext } from "./instance-context.ts";
import { openTemplates, telling } from "./templates.ts";

type Surroundings = Pick<CommandContext, "host" | "logger">;

/** A template that was read, and what it was read with. */
export interface OpenTemplate {
  readonly template: Template;
  readonly templates: TemplateContext;
}

/** Reads a template. @throws UserError for a locator that stands for nothing */
export async function openTemplate(context: Surroundings, locator: string): Promise<OpenTemplate> {
  const templates = await openTemplates(context);
  const template = await telling(context, templates, () => readTemplate(locator, templates));
  if (template.text === "") {
    throw new UserError(`don't know how to interpret ${quote(locator)} as a template locator`);
  }
  return { template, templates };
}

/** Embeds a template and tells what came up. */
export async function embedded(
  context: Surroundings,
  { template, templates }: OpenTemplate,
  options: EmbedOptions,
): Promise<string> {
  return telling(context, templates, () => embedTemplate(template, templates, options));
}

/** Embeds a template whole and fills in what an instance made of it would have. */
export async function filled(
  context: Surroundings,
  open: OpenTemplate,
  { validate = false, withDefaultBase = true }: FillOptions = {},
): Promise<LoadedConfig> {
  const embedding = { defaultBase: withDefaultBase ? defaultBase(context) : undefined };
  const { text, places } = await telling(context, open.templates, () =>
    embedWithPlaces(open.template, open.templates, embedding),
  );
  const options = { validate, advise: validate, places };
  const loaded = await loadTemplateText(instanceContext(context), open.template.locator, text, options);
  for (const { message, fields } of loaded.warnings) context.logger.warn(message, fields);
  return loaded;
}

/** A filled template as YAML; the driver is left out where only this host's default names it. */
export function filledYaml({ config, vmTypeGiven }: LoadedConfig): string {
  return configToYaml(printConfig(config, { withoutVmType: !vmTypeGiven }));
}
