import type { Config } from "../config/types.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { missing, stopped } from "./absent.ts";
import type { InstanceContext } from "./context.ts";
import { InstanceNotFound, inspectInstance } from "./inspect.ts";
import type { Instance } from "./record.ts";

/** An instance whose configuration could be loaded. */
export interface Configured {
  readonly instance: Instance;
  readonly config: Config;
}

/** The instance that a command reaches into, running or not. @throws UserError for a missing one and for one without configuration */
export async function findConfigured(context: InstanceContext, name: string): Promise<Configured> {
  let instance: Instance;
  try {
    instance = await inspectInstance(context, name, { peek: true });
  } catch (error) {
    throw error instanceof InstanceNotFound ? missing(name) : error;
  }
  const { config } = instance;
  if (config !== undefined) return { instance, config };
  context.logger.error(`Instance ${quote(name)} has configuration errors`);
  throw new UserError(`instance ${quote(name)} has no configuration: ${instance.errors.join("; ")}`);
}

/** The same for a command that needs it to run. */
export async function findRunning(context: InstanceContext, name: string): Promise<Configured> {
  const found = await findConfigured(context, name);
  if (found.instance.status === "Stopped") throw stopped(name);
  return found;
}
