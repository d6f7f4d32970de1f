import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorText, UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { InstanceContext } from "./context.ts";
import { inspectInstance } from "./inspect.ts";
import type { Instance } from "./record.ts";

/** Guards an instance against `delete` and `factory-reset`; one that is guarded already is only warned about. */
export async function protectInstance(context: InstanceContext, name: string): Promise<void> {
  const instance = await inspect(context, name);
  if (instance.protected) {
    context.logger.warn(`Instance ${quote(name)} is already protected. Skipping.`);
    return;
  }
  change("protect", instance, (path) => writeFileSync(path, "", { mode: 0o400, flag: "wx" }));
  context.logger.info(`Protected ${quote(name)}`);
}

/** Takes the guard away again; an instance without one is only warned about. */
export async function unprotectInstance(context: InstanceContext, name: string): Promise<void> {
  const instance = await inspect(context, name);
  if (!instance.protected) {
    context.logger.warn(`Instance ${quote(name)} isn't protected. Skipping.`);
    return;
  }
  change("unprotect", instance, (path) => rmSync(path, { force: true }));
  context.logger.info(`Unprotected ${quote(name)}`);
}

async function inspect(context: InstanceContext, name: string): Promise<Instance> {
  try {
    return await inspectInstance(context, name);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`failed to inspect instance ${quote(name)}: ${error.message}`, { cause: error });
  }
}

function change(verb: string, instance: Instance, act: (path: string) => void): void {
  try {
    act(join(instance.dir, instanceFiles.protected));
  } catch (error) {
    throw new UserError(`failed to ${verb} instance ${quote(instance.name)}: ${errorText(error)}`, { cause: error });
  }
}
