import { join, resolve } from "node:path";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";

/** True for a path or a `file://` URL: it is used where it lies and never cached. */
export function isLocal(location: string): boolean {
  return !location.includes("://") || location.startsWith("file://");
}

/** The absolute path of a local location; `~` is `home`. @throws UserError for a relative `file://` URL */
export function localPath(location: string, home: string): string {
  if (location.startsWith("file://")) {
    const path = location.slice("file://".length);
    if (!path.startsWith("/") && !/^[A-Za-z]:[\\/]/.test(path)) {
      throw new UserError(`got non-absolute path ${quote(path)} in ${quote(location)}`);
    }
    return path;
  }
  if (location === "~") return home;
  return location.startsWith("~/") ? join(home, location.slice(2)) : resolve(location);
}

/** The last part of a location's path, for display. */
export function baseName(location: string): string {
  const path = location.split(/[?#]/, 1)[0] ?? location;
  return path.split("/").filter(Boolean).at(-1) ?? location;
}
