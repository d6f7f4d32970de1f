import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../lib/errors.ts";
import { syncDirectory } from "../lib/files.ts";
import { processIdentity } from "../store/process.ts";

/**
 * Makes an instance directory that exists complete or not at all: it is filled under a hidden name, which no listing
 * shows, and takes its own with one rename. Parts that a killed program left of the same name are removed first.
 * @param fill writes everything that belongs to the directory at the given path
 * @returns false when something of that name came to be meanwhile; nothing is left then
 */
export async function placeInstanceDirectory(
  limaHome: string,
  name: string,
  fill: (part: string) => Promise<void> | void,
): Promise<boolean> {
  mkdirSync(limaHome, { recursive: true, mode: 0o700 });
  removeStaleParts(limaHome, name);
  const part = join(limaHome, `.${name}.${process.pid}.create.tmp`);
  mkdirSync(part, { mode: 0o700 });
  try {
    await fill(part);
    renameSync(part, join(limaHome, name));
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(errorCode(error) ?? "")) return false;
    throw error;
  }
  syncDirectory(limaHome);
  return true;
}

/** Parts left by a creation that was killed; those of a living process are left alone. */
function removeStaleParts(limaHome: string, name: string): void {
  for (const entry of readdirSync(limaHome)) {
    const pid = /^\.(.+)\.(\d+)\.create\.tmp$/.exec(entry);
    if (pid?.[1] !== name || processIdentity(Number(pid[2])) !== undefined) continue;
    rmSync(join(limaHome, entry), { recursive: true, force: true });
  }
}
