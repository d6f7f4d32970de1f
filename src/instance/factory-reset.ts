import { lstatSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorText, UserError } from "../lib/errors.ts";
import { tryLockDirectory } from "../lib/flock.ts";
import { quote } from "../lib/quote.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { writeCloudConfig } from "./cloud-config.ts";
import type { InstanceContext } from "./context.ts";
import { InstanceNotFound, inspectInstance } from "./inspect.ts";
import type { Instance } from "./record.ts";
import { driversOf, endOrphans, forceStopInstance } from "./stop.ts";

/** Entries of an instance directory that a reset leaves, beside every `*.yaml` and `*.yml`. */
const kept: ReadonlySet<string> = new Set([instanceFiles.limaVersion, instanceFiles.protected, "vz-identifier"]);

/**
 * Brings an instance back to where it was when it was created: ends it and removes its disks, keeping its configuration.
 * An instance that does not exist is only told of.
 * @param bootScripts scripts of the program, by path below src/guest/boot: `cloud-config.yaml` shows some of them
 * @throws UserError for a protected instance, and for one that is being started
 */
export async function resetInstance(
  context: InstanceContext,
  name: string,
  bootScripts: Readonly<Record<string, string>>,
): Promise<void> {
  const instance = await findOrTell(context, name);
  if (instance === undefined) return;
  if (instance.protected) {
    throw new UserError("instance is protected to prohibit accidental factory-reset (Hint: use `limactl unprotect`)");
  }
  const held = tryLockDirectory(instance.dir);
  if (held === "gone") {
    tellMissing(context, name);
    return;
  }
  if (held === "taken") {
    throw new UserError(
      `failed to reset instance ${quote(name)}: another limactl is at work on it (hint: wait for that to end, then try again)`,
    );
  }
  using _held = held;
  if (instance.hostAgent === undefined) await endOrphans(context, instance, driversOf(instance), { graceful: false });
  await forceStopInstance(context, instance);
  for (const entry of readdirSync(instance.dir)) {
    if (!kept.has(entry) && !/\.ya?ml$/.test(entry)) remove(context, join(instance.dir, entry));
  }
  await writeCloudConfig(context, instance, bootScripts);
  context.logger.info(`Instance ${quote(name)} has been factory reset`);
}

function tellMissing({ logger }: InstanceContext, name: string): void {
  logger.info(`Instance ${quote(name)} not found`);
}

async function findOrTell(context: InstanceContext, name: string): Promise<Instance | undefined> {
  try {
    return await inspectInstance(context, name);
  } catch (error) {
    if (!(error instanceof InstanceNotFound)) throw error;
    tellMissing(context, name);
    return undefined;
  }
}

/** A directory goes only when it is empty: what it holds may be the user's. */
function remove(context: InstanceContext, path: string): void {
  context.logger.info(`Removing ${quote(path)}`);
  try {
    if (lstatSync(path).isDirectory()) rmdirSync(path);
    else rmSync(path, { force: true });
  } catch (error) {
    context.logger.error(errorText(error));
  }
}
