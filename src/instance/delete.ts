import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorText, UserError } from "../lib/errors.ts";
import { tryLockDirectory } from "../lib/flock.ts";
import { quote } from "../lib/quote.ts";
import { instanceDirectory } from "../store/directories.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { AutostartEntry } from "./autostart/entry.ts";
import type { InstanceContext } from "./context.ts";
import { inspectInstance } from "./inspect.ts";
import type { Instance } from "./record.ts";
import { driversOf, endOrphans, forceStopInstance } from "./stop.ts";

export interface DeleteOptions {
  /** Ends a running instance first. @default false */
  readonly force?: boolean;
}

/** A directory without `lima.yaml`, which stays: an instance may be on its way there. */
export class UnreadableInstance extends UserError {}

/**
 * Removes an instance: its processes, then its directory. An instance that does not exist is only warned about.
 * Without `force` nothing of it may run, except a virtual machine whose host agent has died.
 * @throws UserError for a protected or running instance, and for a directory that is no instance
 */
export async function deleteInstance(
  context: InstanceContext,
  name: string,
  options: DeleteOptions = {},
): Promise<void> {
  const dir = instanceDirectory(context.limaHome, name);
  if (lstatSync(dir, { throwIfNoEntry: false }) === undefined) {
    ignoreMissing(context, name);
    return;
  }
  if (lstatSync(join(dir, instanceFiles.limaYaml), { throwIfNoEntry: false }) === undefined) {
    throw new UnreadableInstance(
      `instance ${quote(name)} directory ${quote(dir)} exists but its \`lima.yaml\` could not be read; it was NOT deleted, in case it is ` +
        "currently being cloned into. If no `limactl` operation is using it, remove it manually",
    );
  }
  const instance = await inspectInstance(context, name);
  refuse(instance, options.force === true);
  const held = tryLockDirectory(dir);
  if (held === "gone") {
    ignoreMissing(context, name);
    return;
  }
  if (held === "taken") {
    throw new UserError(
      `failed to delete instance ${quote(name)}: another limactl is at work on it (hint: wait for that to end, then try again)`,
    );
  }
  using _held = held;
  if (instance.hostAgent === undefined) await endOrphans(context, instance, driversOf(instance), { graceful: false });
  await forceStopInstance(context, instance);
  try {
    removeDirectory(dir);
  } catch (error) {
    throw new UserError(
      `failed to delete instance ${quote(name)}: failed to remove ${quote(dir)}: ${errorText(error)}`,
      { cause: error },
    );
  }
  context.logger.info(`Deleted ${quote(name)} (${quote(dir)})`);
  await forgetAutostart(context, name);
}

/** The configuration goes last: a removal that is cut off leaves an instance that can be deleted again. */
function removeDirectory(dir: string): void {
  const options = { recursive: true, force: true, maxRetries: 3 } as const;
  for (const entry of readdirSync(dir)) {
    if (entry !== instanceFiles.limaYaml) rmSync(join(dir, entry), options);
  }
  rmSync(dir, options);
}

function ignoreMissing({ logger }: InstanceContext, name: string): void {
  logger.warn(`Ignoring non-existent instance ${quote(name)}`);
}

/** An instance that is gone must not be started at the next login; what keeps its entry is only warned about. */
async function forgetAutostart(context: InstanceContext, name: string): Promise<void> {
  const { registeredEntry, unregister } = await import("./autostart/manager.ts");
  let entry: AutostartEntry | undefined;
  try {
    entry = registeredEntry(context, name);
  } catch (error) {
    context.logger.warn(`Failed to check if the autostart entry for instance ${quote(name)} is registered`, {
      error: errorText(error),
    });
  }
  if (entry === undefined) return;
  try {
    await unregister(context.host, entry, name);
    context.logger.info(`The autostart entry for instance ${quote(name)} has been unregistered`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    context.logger.warn(`Failed to unregister the autostart entry for instance ${quote(name)}`, {
      error: error.message,
    });
  }
}

function refuse(instance: Instance, force: boolean): void {
  if (instance.protected) {
    throw new UserError(
      `failed to delete instance ${quote(instance.name)}: instance is protected to prohibit accidental removal (Hint: use \`limactl unprotect\`)`,
    );
  }
  if (force || instance.hostAgent === undefined) return;
  throw new UserError(
    `failed to delete instance ${quote(instance.name)}: expected status \`Stopped\`, got ${quote(instance.status)}`,
  );
}
