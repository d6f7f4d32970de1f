import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { installationPrefixes } from "../config/templates/directories-read.ts";
import { errorText } from "../lib/errors.ts";
import type { Host } from "../lib/host.ts";

/** External drivers of this host: programs called `lima-driver-NAME`. */
export interface ExternalDrivers {
  /** Absolute paths by name, sorted by name. */
  readonly paths: Readonly<Record<string, string>>;
  /** Parts of `LIMA_DRIVERS_PATH` that cannot be looked at. */
  readonly warnings: readonly string[];
}

/** The driver's name from its program's; undefined for any other file. Only Windows has programs called `.exe`. */
export function externalDriverName(file: string, os: Host["os"]): string | undefined {
  const name = /^lima-driver-(.+)$/.exec(file)?.[1];
  const withSuffix = name?.toLowerCase().endsWith(".exe") === true;
  if (name === undefined || withSuffix !== (os === "windows")) return undefined;
  return withSuffix ? name.slice(0, -".exe".length) || undefined : name;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Looks for external drivers in `LIMA_DRIVERS_PATH` (programs and directories), then where they are installed. */
export function findExternalDrivers(host: Host): ExternalDrivers {
  const found = new Map<string, string>();
  const warnings: string[] = [];
  const consider = (path: string): void => {
    const name = externalDriverName(basename(path), host.os);
    if (name !== undefined && !found.has(name) && isProgram(path)) found.set(name, path);
  };
  const look = (path: string): void => {
    if (statSync(path).isDirectory()) for (const file of readdirSync(path).sort()) consider(join(path, file));
    else consider(path);
  };
  for (const path of (host.env.LIMA_DRIVERS_PATH ?? "").split(delimiter).filter(Boolean))
    try {
      look(path);
    } catch (error) {
      warnings.push(`Error accessing external driver path ${path}: ${errorText(error)}`);
    }
  for (const prefix of installationPrefixes(host))
    for (const folder of ["libexec/lima", "lib/lima"])
      try {
        look(join(prefix, folder));
      } catch {
        // Most installations have neither.
      }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return { paths: Object.fromEntries(sorted), warnings };
}
