import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { storeTemplate } from "../instance/create.ts";
import { inspectInstance } from "../instance/inspect.ts";
import { loadConfigText } from "../instance/load.ts";
import type { Instance } from "../instance/record.ts";
import { UserError } from "../lib/errors.ts";
import { parseSize } from "../lib/sizes.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { applyFlags, type EditContext } from "./flag-expressions.ts";
import { instanceContext } from "./instance-context.ts";

/** Applies the options of the command line to the stored template of an instance, if they change anything. */
export async function editStored(context: EditContext, instance: Instance): Promise<Instance> {
  const path = join(instance.dir, instanceFiles.limaYaml);
  const before = await readFile(path, "utf8");
  const params = new Set(Object.keys(instance.config?.param ?? {}));
  const after = await applyFlags(context, before, { params, exists: true });
  if (after === before) return instance;
  const surroundings = instanceContext(context);
  const { config, warnings } = await loadConfigText(surroundings, instance.name, after);
  for (const { message, fields } of warnings) context.logger.warn(message, fields);
  if (instance.config !== undefined && parseSize(config.disk) < parseSize(instance.config.disk)) {
    throw new UserError(
      `field \`disk\`: shrinking the disk (${instance.config.disk} --> ${config.disk}) is not supported`,
    );
  }
  storeTemplate(instance.dir, after);
  return inspectInstance(surroundings, instance.name);
}
