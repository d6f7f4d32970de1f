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

/**
 * The cache of downloads, shared by all instances: `<user cache directory>/lima`.
 * @throws UserError where the environment names none
 */
export function cacheDirectory(host: Host): string {
  const directory = knownCacheDirectory(host);
  if (directory === undefined) throw new UserError("neither $XDG_CACHE_HOME nor $HOME are defined");
  return directory;
}

/** The same for what is only kept to be faster next time; undefined where the environment names none. */
export function knownCacheDirectory(host: Host): string | undefined {
  const below = (folder: string) => (host.home === "" ? undefined : join(host.home, folder));
  const cache = userCacheDirectory(host, below);
  return cache === undefined ? undefined : join(cache, "lima");
}

function userCacheDirectory({ os, env }: Host, below: (folder: string) => string | undefined): string | undefined {
  if (os === "darwin") return below("Library/Caches");
  if (os === "windows") return env.LocalAppData ?? env.LOCALAPPDATA ?? below("AppData/Local");
  return env.XDG_CACHE_HOME?.startsWith("/") ? env.XDG_CACHE_HOME : below(".cache");
}
