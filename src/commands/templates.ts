import type { CommandContext } from "../cli/command.ts";
import type { TemplateContext } from "../config/templates/source.ts";
import { createTemplateSource, type TemplatePlaces } from "../config/templates/source-read.ts";
import { cacheDirectory, limaHome } from "../store/directories.ts";

/** What a command needs of its surroundings to read templates. */
type Surroundings = Pick<CommandContext, "host" | "logger">;

/** Everything that templates are read with, the shipped ones included. */
export async function openTemplates(context: Pick<CommandContext, "host">): Promise<TemplateContext> {
  const { templates } = await import("../assets/templates.ts");
  return {
    host: context.host,
    source: createTemplateSource(context.host, placesOf(context), templates),
    warnings: [],
    notes: [],
    steps: [],
  };
}

function placesOf({ host }: Pick<CommandContext, "host">): TemplatePlaces {
  return { limaHome: limaHome(host), cacheDirectory: cacheDirectory(host) };
}

/** Logs what came up while templates were read, and forgets it. */
function tellWarnings(context: Surroundings, templates: TemplateContext): void {
  for (const step of templates.steps?.splice(0) ?? []) context.logger.debug(step);
  for (const note of templates.notes.splice(0)) context.logger.info(note);
  for (const { message, fields } of templates.warnings.splice(0)) context.logger.warn(message, fields);
}

/** Reads or embeds templates, and tells what came up also where that fails. */
export async function telling<T>(
  context: Surroundings,
  templates: TemplateContext,
  read: () => T | Promise<T>,
): Promise<T> {
  try {
    return await read();
  } finally {
    tellWarnings(context, templates);
  }
}
