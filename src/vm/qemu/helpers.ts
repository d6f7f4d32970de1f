import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { exec } from "../../lib/exec.ts";
import type { Host } from "../../lib/host.ts";
import { realPath } from "./binary.ts";

/**
 * Finds the virtiofsd that QEMU's vhost-user descriptors name. The old implementation in C, which has no `--version`
 * and other options, is passed over.
 */
export async function findVirtiofsd(host: Host, qemuPath: string): Promise<string | undefined> {
  const folders = new Set([
    join(host.home, ".local/share/qemu/vhost-user"),
    join(dirname(realPath(qemuPath)), "../share/qemu/vhost-user"),
    "/usr/share/qemu/vhost-user",
  ]);
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder).sort()) {
      if (!name.endsWith(".json")) continue;
      const binary = fsBinary(readFileSync(join(folder, name), "utf8"));
      if (binary === undefined || !existsSync(binary)) continue;
      if ((await exec([binary, "--version"], { env: host.env, timeoutMs: 10_000 })).code === 0) return binary;
    }
  }
  return undefined;
}

/** `binary` of a vhost-user descriptor (docs/interop/vhost-user.json) whose type is `fs`. */
function fsBinary(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("type" in value) || value.type !== "fs") return undefined;
    return "binary" in value && typeof value.binary === "string" ? value.binary : undefined;
  } catch {
    return undefined;
  }
}
