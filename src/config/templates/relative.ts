import { UserError } from "../../lib/errors.ts";
import type { Host } from "../../lib/host.ts";
import { quote } from "../../lib/quote.ts";
import { expandHostPath, pathsOf } from "../host-path.ts";
import { pathOfFileUrl, schemeOf } from "./locator.ts";

/** What relative locators inside the template at `locator` are relative to. */
export function baseDirectoryOf(locator: string, host: Host): string {
  const scheme = schemeOf(locator);
  const paths = pathsOf(host.os);
  if (locator === "-") return host.cwd;
  if (scheme === undefined) return paths.dirname(expandHostPath(locator, host));
  if (scheme === "file") return paths.dirname(pathOfFileUrl(locator));
  const path = locator.replace(/^template:\/\//, "template:");
  const cut = path.lastIndexOf("/");
  const authority = /^[^:]+:\/\/[^/]*/.exec(path)?.[0];
  if (authority !== undefined) return cut < authority.length ? authority : path.slice(0, cut);
  return cut < 0 ? `${scheme}:` : path.slice(0, cut);
}

/**
 * A locator as it is when seen from anywhere.
 * @param base directory that it is relative to, from `baseDirectoryOf`
 * @throws UserError for one that is empty or leaves the directory
 */
export function absoluteLocator(locator: string, base: string, host: Host): string {
  if (locator === "") throw new UserError("locator is empty");
  if (schemeOf(locator) !== undefined) return locator;
  const paths = pathsOf(host.os);
  if (locator.startsWith("~") || paths.isAbsolute(locator)) {
    try {
      return expandHostPath(locator, host);
    } catch (error) {
      throw new UserError((error as Error).message);
    }
  }
  if (base === "") throw new UserError("basePath is empty");
  if (locator.includes("../") || locator.includes("..\\") || locator === "..")
    throw new UserError(`relative locator path ${quote(locator)} must not contain '..' path segments`);
  if (host.os === "windows" && /^[A-Za-z]:/.test(locator))
    throw new UserError(`relative locator path ${quote(locator)} must not include a volume name`);
  const inside = locator.replace(/^(?:\.\/)+/, "");
  if (schemeOf(base) === undefined) return paths.join(base, inside);
  return base.endsWith(":") ? `${base}${inside}` : `${base}/${inside}`;
}
