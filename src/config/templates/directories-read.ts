import { readdirSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { errorCode } from "../../lib/errors.ts";
import type { Host } from "../../lib/host.ts";

function isFullDirectory(path: string): boolean {
  try {
    return readdirSync(path).length > 0;
  } catch {
    return false;
  }
}

/** The installation prefixes: around the program as it was called, and around where it really is. */
export function installationPrefixes(host: Host): readonly string[] {
  const [program] = host.self;
  if (program === undefined) return [];
  const prefixes = [dirname(dirname(program))];
  try {
    const real = dirname(dirname(realpathSync(program)));
    if (real !== prefixes[0]) prefixes.push(real);
  } catch {
    // A program that was removed while it runs has one place only.
  }
  return prefixes;
}

/** Paths of the directories of templates: those of `$LIMA_TEMPLATES_PATH`, else the user's and the installed ones. */
export function templateDirectories(host: Host, limaHome: string): readonly string[] {
  const listed = host.env.LIMA_TEMPLATES_PATH;
  if (listed) return listed.split(delimiter).filter(Boolean);
  const installed = installationPrefixes(host)
    .map((prefix) => join(prefix, "share/lima"))
    .filter(isFullDirectory)
    .map((share) => join(share, "templates"));
  return [join(limaHome, "_templates"), ...installed];
}

/** True when no directory has any of the files. What cannot be looked at counts as being there. */
export function noneHas(directories: readonly string[], files: readonly string[]): boolean {
  return directories.every(
    (directory) => isAbsent(directory) || files.every((file) => isAbsent(join(directory, file))),
  );
}

function isAbsent(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    return errorCode(error) === "ENOTDIR";
  }
}
