import { posix } from "node:path";

/**
 * Where a client's path lies below the served directory.
 * @param root the directory by the name that the client knows, absolute
 * @returns the path relative to it, `.` for itself; undefined for one that is elsewhere
 */
export function pathBelow(root: string, path: string): string | undefined {
  if (path.includes("\0")) return undefined;
  const clean = posix.resolve(root, path);
  const relative = posix.relative(posix.resolve(root), clean);
  if (relative === "") return ".";
  return relative === ".." || relative.startsWith("../") ? undefined : relative;
}

/** Whether a resolved path is the directory or in it. */
export function isWithin(root: string, real: string): boolean {
  return real === root || real.startsWith(root.endsWith("/") ? root : `${root}/`);
}
