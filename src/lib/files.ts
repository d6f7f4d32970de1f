import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode, UserError } from "./errors.ts";

let counter = 0;

/**
 * Replaces a file as a whole: the bytes go to a temporary name beside it, are synced, and take the name by rename,
 * so that a reader (or a crash) sees the old content or the new, never a part.
 * @param mode permission bits of the new file @default 0o644
 */
export function writeFileAtomic(path: string, data: string | Uint8Array, mode = 0o644): void {
  counter += 1;
  const temporary = `${path}.${process.pid}.${counter}.tmp`;
  try {
    const fd = openSync(temporary, "wx", mode);
    try {
      writeFileSync(fd, data);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dirname(path));
}

/** Makes a rename or removal in `path` durable; best effort where directories cannot be synced (Windows). */
export function syncDirectory(path: string): void {
  try {
    const fd = openSync(path, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (!["EISDIR", "EPERM", "EINVAL", "ENOENT", "EACCES"].includes(errorCode(error) ?? "")) throw error;
  }
}

/** The system's own error for a directory in a file's place does not name it. */
function isDirectoryError(path: string, error: unknown): UserError | undefined {
  if (errorCode(error) !== "EISDIR") return undefined;
  return new UserError(`read ${path}: is a directory`, { cause: error });
}

/** Undefined for the error of a file that does not exist. The words for a directory in its place name it. */
function unlessMissing(path: string, error: unknown): undefined {
  if (errorCode(error) === "ENOENT") return undefined;
  throw isDirectoryError(path, error) ?? error;
}

/** The bytes of a file. The words for a directory in its place name it. */
export function readBytesSync(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw isDirectoryError(path, error) ?? error;
  }
}

/** The text of a file, or undefined when it does not exist. */
export async function readTextIfExists(path: string): Promise<string | undefined> {
  // Loaded when it is needed: half of the commands read nothing this way.
  const { readFile } = await import("node:fs/promises");
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    return unlessMissing(path, error);
  }
}

/**
 * The same without waiting: for the small files of many instances, where a turn of the event loop costs more than
 * the read.
 */
export function readTextIfExistsSync(path: string): string | undefined {
  // An error costs several times what the question does.
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return unlessMissing(path, error);
  }
}
