import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { errorText, UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { instanceDirectory, instanceNames } from "../store/directories.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { InstanceContext } from "./context.ts";
import { brokenInstance, InstanceNotFound, inspectInstance } from "./inspect.ts";
import type { Instance } from "./record.ts";

/** Instances that were asked for, and the names among them that do not exist. */
export interface Selection {
  readonly instances: readonly Instance[];
  readonly unmatched: boolean;
}

/** How long each running instance's host agent may take to answer while instances are listed. */
const apiTimeoutMs = 200;

/** The names asked for, in that order and with repetitions, or all; tells of each that does not exist. */
export function selectNames(
  context: InstanceContext,
  wanted: readonly string[],
): { readonly names: readonly string[]; readonly unmatched: boolean } {
  const all = instanceNames(context.limaHome);
  warnAboutStrangers(context, all);
  if (wanted.length === 0) return { names: all, unmatched: false };
  const known = new Set(all);
  const missing = wanted.filter((name) => !known.has(name));
  for (const name of missing) context.logger.warn(`No instance matching ${name} found.`);
  return { names: wanted.filter((name) => known.has(name)), unmatched: missing.length > 0 };
}

/** Tells of the first directory that is no instance's: another program's directory may have been given as Lima's home. */
function warnAboutStrangers({ limaHome, logger }: InstanceContext, names: readonly string[]): void {
  for (const name of names) {
    try {
      statSync(join(instanceDirectory(limaHome, name), instanceFiles.limaYaml));
    } catch (error) {
      const reason = errorText(error);
      logger.warn(`The directory ${quote(limaHome)} does not look like a valid Lima directory: ${reason}`);
      return;
    }
  }
}

/** Inspects instances side by side; one whose directory vanished meanwhile is left out with a warning. */
export async function inspectAll(context: InstanceContext, names: readonly string[]): Promise<Selection> {
  const found = await Promise.all(names.map((name) => inspectForList(context, name)));
  const instances = found.filter((each) => each !== undefined);
  return { instances, unmatched: instances.length < names.length };
}

async function inspectForList(context: InstanceContext, name: string): Promise<Instance | undefined> {
  try {
    return await inspectInstance(context, name, { apiTimeoutMs, peek: true });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (!(error instanceof InstanceNotFound)) throw new UserError(`unable to load instance ${name}: ${error.message}`);
    const dir = instanceDirectory(context.limaHome, name);
    if (existsSync(dir)) return brokenInstance(name, dir, errorText(error));
    context.logger.warn(`Skipping instance ${quote(name)}: ${error.message} (being cloned or deleted?)`);
    return undefined;
  }
}
