import { readFileSync } from "node:fs";
import { join } from "node:path";
import { storeTemplate } from "../instance/create.ts";
import { checkEdited } from "../instance/edit.ts";
import { inspectInstance } from "../instance/inspect.ts";
import type { Instance } from "../instance/record.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { applyFlags, type EditContext } from "./flag-expressions.ts";
import { instanceContext } from "./instance-context.ts";

/** The stored template of an instance, as it is. */
export function storedText(instance: Instance): string {
  return readFileSync(join(instance.dir, instanceFiles.limaYaml), "utf8");
}

/**
 * Applies the options of the command line to the stored template of an instance, if they change anything.
 * @param params the names that `--param` may set @default those of the loaded configuration
 * @returns the instance as it is then, and whether anything changed
 */
export async function editStored(
  context: EditContext,
  instance: Instance,
  params: ReadonlySet<string> = new Set(Object.keys(instance.config?.param ?? {})),
): Promise<{ readonly instance: Instance; readonly changed: boolean }> {
  const before = storedText(instance);
  const after = await applyFlags(context, before, { params, exists: true, of: instance.name });
  if (after === before) return { instance, changed: false };
  return { instance: await replaceStored(context, instance, after), changed: true };
}

/** Puts an edited template in the place of the stored one, provided that it is valid. */
export async function replaceStored(
  context: Pick<EditContext, "host" | "logger">,
  instance: Instance,
  text: string,
  options: { readonly typed?: boolean } = {},
): Promise<Instance> {
  const surroundings = instanceContext(context);
  const warnings = await checkEdited(surroundings, instance.name, text, { before: instance.config, ...options });
  for (const { message, fields } of warnings) context.logger.warn(message, fields);
  storeTemplate(instance.dir, text);
  return inspectInstance(surroundings, instance.name);
}
