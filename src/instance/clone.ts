import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { checkInstanceName } from "../config/identifier.ts";
import { copySparse } from "../image/copy.ts";
import { tellFullDisk } from "../image/full-disk.ts";
import { errorCode, UserError } from "../lib/errors.ts";
import { syncDirectory } from "../lib/files.ts";
import { tryLockDirectory } from "../lib/flock.ts";
import { quote } from "../lib/quote.ts";
import { instanceDirectory } from "../store/directories.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { checkSocketPathLength } from "../store/socket-path.ts";
import { entryFate, relativeName } from "./clone-plan.ts";
import type { InstanceContext } from "./context.ts";
import { InstanceNotFound, inspectInstance } from "./inspect.ts";
import { placeInstanceDirectory } from "./part-directory.ts";
import type { Instance } from "./record.ts";
import { relativiseBacking, relativiseLink } from "./relocatable.ts";
import { driversOf } from "./stop.ts";

/** Images of an instance directory that may have a backing file. */
const images = [instanceFiles.diffDisk, instanceFiles.disk];

/**
 * Makes a second instance of a stopped one, disks and all.
 * @throws UserError; then there is no new instance
 */
export async function cloneInstance(
  context: InstanceContext,
  oldName: string,
  newName: string,
  signal: AbortSignal,
): Promise<Instance> {
  const { instance, newDirectory } = await findForMove(context, "clone", oldName, newName);
  using _held = hold(instance);
  const placed = await tellFullDisk(newDirectory, context.limaHome, () =>
    placeInstanceDirectory(context.limaHome, newName, async (part) => {
      await copyTree(instance.dir, part, instance.dir, signal);
      for (const name of images) await relativiseBacking(context.host, join(part, name), instance.dir);
    }),
  );
  if (!placed) throw alreadyExists(newName);
  return inspectInstance(context, newName);
}

/** Gives a stopped instance another name; its protection stays. @throws UserError; then it keeps the old one */
export async function renameInstance(context: InstanceContext, oldName: string, newName: string): Promise<Instance> {
  const { instance, newDirectory } = await findForMove(context, "rename", oldName, newName);
  using _held = hold(instance);
  const { dir } = instance;
  // Relative names are right before the rename and after it.
  for (const name of images) await relativiseBacking(context.host, join(dir, name), dir);
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    const fate = entryFate(entry.name, true);
    if (fate === "leave") rmSync(path, { recursive: true, force: true });
    else if (fate === "empty") writeFileSync(path, "");
    else if (entry.isSymbolicLink()) relativiseLink(path, dir);
  }
  try {
    renameSync(dir, newDirectory);
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(errorCode(error) ?? "")) throw alreadyExists(newName);
    throw error;
  }
  syncDirectory(context.limaHome);
  return inspectInstance(context, newName);
}

async function findForMove(context: InstanceContext, verb: "clone" | "rename", oldName: string, newName: string) {
  const instance = await find(context, oldName);
  if (newName === "") throw new UserError("got empty instName");
  if (newName === oldName) {
    throw new UserError(`new instance name ${quote(newName)} must be different from ${quote(oldName)}`);
  }
  if (instance.hostAgent !== undefined || driversOf(instance).length > 0) {
    throw new UserError(`cannot ${verb} a running instance`);
  }
  checkInstanceName(newName);
  const newDirectory = instanceDirectory(context.limaHome, newName);
  if (lstatSync(newDirectory, { throwIfNoEntry: false }) !== undefined) throw alreadyExists(newName);
  checkSocketPathLength(newName, newDirectory, context.host.os);
  return { instance, newDirectory };
}

async function find(context: InstanceContext, name: string): Promise<Instance> {
  try {
    return await inspectInstance(context, name);
  } catch (error) {
    throw error instanceof InstanceNotFound ? notFound(name) : error;
  }
}

/** Nobody may start, delete or reset the instance meanwhile. */
function hold(instance: Instance) {
  const held = tryLockDirectory(instance.dir);
  if (held === "gone") throw notFound(instance.name);
  if (held !== "taken") return held;
  throw new UserError(
    `instance ${quote(instance.name)} is in use by another limactl (hint: wait for that to end, then try again)`,
  );
}

function notFound(name: string): UserError {
  return new UserError(`instance ${quote(name)} not found`);
}

function alreadyExists(name: string): UserError {
  return new UserError(`instance ${quote(name)} already exists`);
}

/** Copies what a clone takes over; links into the instance directory become relative, other entries keep mode and time. */
async function copyTree(from: string, to: string, top: string, signal: AbortSignal): Promise<void> {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    signal.throwIfAborted();
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    const fate = entryFate(entry.name, false);
    const { mode, atime, mtime } = lstatSync(source);
    if (fate === "empty") writeFileSync(target, "");
    if (fate !== "copy") continue;
    if (entry.isSymbolicLink()) {
      const link = readlinkSync(source);
      symlinkSync(relativeName(link, source, top) ?? link, target);
      continue;
    }
    if (entry.isDirectory()) {
      mkdirSync(target, { mode: 0o700 });
      await copyTree(source, target, top, signal);
    } else if (entry.isFile()) await copySparse(source, target, signal);
    else continue;
    utimesSync(target, atime, mtime);
    chmodSync(target, mode & 0o7777);
  }
}
