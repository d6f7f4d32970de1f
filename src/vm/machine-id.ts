import { readFileSync } from "node:fs";
import type { Host } from "../lib/host.ts";

/** A name of this machine that stays the same: guests' MAC addresses are derived from it. */
export async function machineId(host: Host): Promise<string> {
  if (host.os === "darwin") {
    const { exec } = await import("../lib/exec.ts");
    const { stdout } = await exec(["/usr/sbin/ioreg", "-a", "-d2", "-c", "IOPlatformExpertDevice"], { env: host.env });
    const uuid = platformUuid(stdout);
    if (uuid !== undefined) return uuid;
  }
  for (const path of ["/etc/machine-id", "/var/lib/dbus/machine-id"]) {
    const id = readTrimmed(path);
    if (id !== "") return id;
  }
  const { hostname }: typeof import("node:os") = import.meta.require("node:os");
  return hostname();
}

/** `IOPlatformUUID` of ioreg's property list. */
export function platformUuid(plist: string): string | undefined {
  return /<key>IOPlatformUUID<\/key>\s*<string>([^<]+)<\/string>/.exec(plist)?.[1];
}

function readTrimmed(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}
