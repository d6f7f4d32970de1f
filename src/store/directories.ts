import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { errorCode, errorText, UserError } from "../lib/errors.ts";
import type { Host } from "../lib/host.ts";
import { quote } from "../lib/quote.ts";
import { initialisedMarkers } from "./instance-files.ts";
import { inByteOrder, isInstanceName } from "./instance-names.ts";

/** The directory that holds every instance and `_config`: `$LIMA_HOME`, else `~/.lima`, symlinks resolved once it exists. */
export function limaHome(host: Host): string {
  const configured = host.env.LIMA_HOME;
  if ((configured === undefined || configured === "") && host.home === "") throw new UserError("$HOME is not defined");
  const path = configured !== undefined && configured !== "" ? configured : join(host.home, ".lima");
  const absolute = path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path) ? path : join(host.cwd, path);
  try {
    return realpathSync(absolute);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return absolute;
    throw new UserError(`cannot evaluate symlinks in ${quote(absolute)}: ${errorText(error)}`, { cause: error });
  }
}

/** `_config` of a Lima home: identity and settings of all instances. */
export function configDirectory(limaHomePath: string): string {
  return join(limaHomePath, "_config");
}

/** Directory of an instance, whether it exists or not. */
export function instanceDirectory(limaHomePath: string, name: string): string {
  return join(limaHomePath, name);
}

/** Names of all instances of a Lima home in byte order; none when the home does not exist. */
export function instanceNames(limaHomePath: string): string[] {
  try {
    const entries = readdirSync(limaHomePath, { withFileTypes: true });
    return inByteOrder(
      entries.filter((entry) => entry.isDirectory() && isInstanceName(entry.name)).map(({ name }) => name),
    );
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** True when something other than lima.yaml shows that the instance was made before, which keeps older defaults. */
export function isInitialised(directory: string): boolean {
  return initialisedMarkers.some((name) => existsWithoutFollowing(`${directory}/${name}`));
}

/** True when the path itself exists, be it a dangling link. */
export function existsWithoutFollowing(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The cache of downloads, shared by all instances: `<user cache directory>/lima`. */
export function cacheDirectory(host: Host): string {
  if (host.os === "darwin") return join(host.home, "Library/Caches/lima");
  if (host.os === "windows")
    return join(host.env.LocalAppData ?? host.env.LOCALAPPDATA ?? join(host.home, "AppData/Local"), "lima");
  const xdg = host.env.XDG_CACHE_HOME;
  return join(xdg?.startsWith("/") ? xdg : join(host.home, ".cache"), "lima");
}
