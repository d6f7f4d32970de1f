import { existsSync, readdirSync, readlinkSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { errorCode, errorText, UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";

/** A disk that instances may attach beside their own. */
export interface DataDisk {
  readonly name: string;
  /** `_disks/<name>`, or `_disk/<name>` where that is what exists. */
  readonly directory: string;
  /** The image itself, qcow2 or raw. */
  readonly path: string;
}

/** Directories of all disks, in the order in which they are looked at. */
const parents = ["_disks", "_disk"];
const image = "datadisk";
const lock = "in_use_by";

/** @throws UserError for a disk that does not exist */
export function findDataDisk(limaHome: string, name: string): DataDisk {
  for (const parent of parents) {
    const directory = join(limaHome, parent, name);
    const path = join(directory, image);
    if (existsSync(path)) return { name, directory, path };
  }
  const missing = join(limaHome, "_disks", name, image);
  throw new UserError(
    `failed to attach disk ${quote(name)}: ${quote(missing)} does not exist ` +
      `(hint: make it with \`limactl disk create ${name} --size=SIZE\`)`,
  );
}

/**
 * Marks a disk as used by the instance in `instanceDirectory`: the link `in_use_by` names it. A mark that an earlier run of
 * the same instance left is replaced.
 * @throws UserError when another instance uses the disk
 */
export function lockDataDisk(disk: DataDisk, instanceDirectory: string): void {
  const path = join(disk.directory, lock);
  try {
    symlinkSync(instanceDirectory, path);
    return;
  } catch (error) {
    if (errorCode(error) !== "EEXIST") {
      throw new UserError(`failed to attach disk ${quote(disk.name)}: ${errorText(error)}`, { cause: error });
    }
  }
  const user = userOf(disk.directory);
  if (user !== undefined && !isSamePlace(user, instanceDirectory)) {
    throw new UserError(
      `failed to attach disk ${quote(disk.name)}: in use by instance ${quote(basename(user))} ` +
        `(hint: stop that instance, or run \`limactl disk unlock ${disk.name}\` if it does not run)`,
    );
  }
}

/** Takes the mark of an instance off every disk that has it. @returns the disks' names */
export function unlockDataDisks(limaHome: string, instanceDirectory: string): readonly string[] {
  const freed: string[] = [];
  for (const parent of parents) {
    for (const name of namesIn(join(limaHome, parent))) {
      const directory = join(limaHome, parent, name);
      const user = userOf(directory);
      if (user === undefined || !isSamePlace(user, instanceDirectory)) continue;
      rmSync(join(directory, lock), { force: true });
      freed.push(name);
    }
  }
  return freed;
}

/** The directory that a disk's mark names, as an absolute path; undefined without a mark. */
function userOf(directory: string): string | undefined {
  try {
    return resolve(directory, readlinkSync(join(directory, lock)));
  } catch {
    return undefined;
  }
}

function isSamePlace(a: string, b: string): boolean {
  return a === b || real(a) === real(b);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
