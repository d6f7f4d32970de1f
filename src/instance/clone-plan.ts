import { posix } from "node:path";
import { instanceFiles, transientSuffixes } from "../store/instance-files.ts";

/** What becomes of one top-level entry of an instance directory in a copy of it. */
export type EntryFate = "copy" | "leave" | "empty";

/** Entries that belong to one run, or to one machine, and so to no other instance. */
const ownEntries: ReadonlySet<string> = new Set(["swtpm", instanceFiles.state, instanceFiles.hostAgentLock]);

/**
 * Decides over an entry at any depth by its name: files of a run stay behind, and so does the TPM's state with all that
 * is in it; the machine identifier is made anew.
 * @param protection whether the copy keeps the guard against deletion
 */
export function entryFate(name: string, protection: boolean): EntryFate {
  if (transientSuffixes.some((suffix) => name.endsWith(suffix)) || ownEntries.has(name)) return "leave";
  if (name === instanceFiles.protected) return protection ? "copy" : "leave";
  return name === "vz-identifier" ? "empty" : "copy";
}

/**
 * How a file of an instance directory is to name another one, so that the directory can be copied or renamed.
 * @param target what it names now: the target of a symlink, or an image's backing file
 * @param file absolute path of the file that names it
 * @param directory absolute path of the instance directory
 * @returns the name relative to the file; undefined where it is to stay as it is
 */
export function relativeName(target: string, file: string, directory: string): string | undefined {
  if (!posix.isAbsolute(target)) return undefined;
  const inside = posix.normalize(target);
  return inside.startsWith(`${directory}/`) ? posix.relative(posix.dirname(file), inside) : undefined;
}
