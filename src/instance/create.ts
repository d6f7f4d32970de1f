import { lstatSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkInstanceName } from "../config/identifier.ts";
import { UserError } from "../lib/errors.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { quote } from "../lib/quote.ts";
import { programVersion } from "../lib/version.ts";
import { instanceDirectory } from "../store/directories.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { checkSocketPathLength } from "../store/socket-path.ts";
import { loadDriver } from "../vm/drivers.ts";
import { writeCloudConfig } from "./cloud-config.ts";
import type { InstanceContext } from "./context.ts";
import { inspectInstance } from "./inspect.ts";
import { loadConfigText } from "./load.ts";
import { placeInstanceDirectory } from "./part-directory.ts";
import type { Instance } from "./record.ts";

/**
 * Makes an instance of a template's text: checks it whole, then puts the directory in place with one rename, so that it
 * exists complete or not at all. Nothing is downloaded yet.
 * @param text the embedded and edited template; stored as it is
 * @param bootScripts scripts of the program, by path below src/guest/boot: `cloud-config.yaml` shows some of them
 * @throws UserError for a bad name, an existing instance, a template that does not validate or that its driver refuses, a driver
 * that is not here
 */
export async function createInstance(
  context: InstanceContext,
  name: string,
  text: string,
  bootScripts: Readonly<Record<string, string>>,
): Promise<Instance> {
  checkInstanceName(name);
  const dir = instanceDirectory(context.limaHome, name);
  checkSocketPathLength(name, dir, context.host.os);
  if (text.trim() === "") throw new UserError(`the template of instance ${quote(name)} is empty`);
  if (lstatSync(dir, { throwIfNoEntry: false }) !== undefined) throw alreadyExists(name, dir);
  const { config, warnings } = await loadConfigText(context, name, text);
  for (const { message, fields } of warnings) context.logger.warn(message, fields);
  // An instance that nothing here can run is not left behind.
  (await loadDriver(config.vmType)).configure(config, { host: context.host });
  const placed = await placeInstanceDirectory(context.limaHome, name, (part) => {
    writeFileAtomic(join(part, instanceFiles.limaYaml), text);
    writeFileSync(join(part, instanceFiles.limaVersion), `v${programVersion}`, { mode: 0o444 });
  });
  if (!placed) throw alreadyExists(name, dir);
  const instance = await inspectInstance(context, name);
  await writeCloudConfig(context, instance, bootScripts);
  return instance;
}

/** Replaces the stored template of an instance by an edited one that was found valid. */
export function storeTemplate(dir: string, text: string): void {
  writeFileAtomic(join(dir, instanceFiles.limaYaml), text);
}

function alreadyExists(name: string, dir: string): UserError {
  return new UserError(`instance ${quote(name)} already exists (${quote(dir)})`);
}
