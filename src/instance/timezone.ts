import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Host } from "../lib/host.ts";

/**
 * The host's time zone by its zoneinfo name, or the empty text where it cannot be told: `/etc/timezone` where that names a
 * zone, else what `/etc/localtime` leads to, seen from the zoneinfo directory around it.
 */
export function hostTimezone(host: Host): string {
  if (host.os === "windows") return "";
  try {
    const name = readFileSync("/etc/timezone", "utf8").trim();
    if (isZone(name)) return name;
  } catch {
    // Most systems have no such file.
  }
  try {
    const target = realpathSync("/etc/localtime");
    for (let root = dirname(target); root !== "/"; root = dirname(root)) {
      if (existsSync(join(root, "Etc/UTC"))) return relative(root, target);
    }
  } catch {
    // Without the link the system is on UTC, and nothing needs to be told.
  }
  return "";
}

function isZone(name: string): boolean {
  return /^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*$/.test(name) && existsSync(join("/usr/share/zoneinfo", name));
}
