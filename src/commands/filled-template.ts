import type { CommandContext } from "../cli/command.ts";
import type { LoadedConfig } from "../config/load-layers.ts";
import { loadDecodedTemplate } from "../instance/load.ts";
import { UserError } from "../lib/errors.ts";
import { defaultBase } from "./default-base.ts";
import type { FillOptions } from "./fill-options.ts";
import { instanceContext } from "./instance-context.ts";
import { readyTemplate } from "./ready-template.ts";

type Surroundings = Pick<CommandContext, "host" | "logger">;

/**
 * What an instance made of a shipped template would have, from the form that the build decoded. Undefined where the text
 * has to be read: for other templates, and where something is wrong, since only a text has a place to name.
 */
export async function filledReady(
  context: Surroundings,
  locator: string,
  { validate = false, withDefaultBase = true }: FillOptions = {},
): Promise<LoadedConfig | undefined> {
  if (withDefaultBase && defaultBase(context) !== undefined) return undefined;
  const config = await readyTemplate(context, locator);
  if (config === undefined) return undefined;
  try {
    const options = { validate, advise: validate };
    const loaded = await loadDecodedTemplate(instanceContext(context), locator, config, options);
    for (const { message, fields } of loaded.warnings) context.logger.warn(message, fields);
    return loaded;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Reads a template, embeds it whole and fills in what an instance made of it would have. */
export async function filledTemplate(context: Surroundings, locator: string): Promise<LoadedConfig> {
  const ready = await filledReady(context, locator);
  if (ready !== undefined) return ready;
  const { filled, openTemplate } = await import("./fill-template.ts");
  return filled(context, await openTemplate(context, locator));
}
