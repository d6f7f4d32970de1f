import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { exec } from "../../lib/exec.ts";
import type { Host } from "../../lib/host.ts";
import { realPath } from "./binary.ts";
import type { Virtiofsd } from "./facts.ts";
import { virtiofsdImplementation } from "./virtiofsd-plan.ts";

/**
 * Finds the virtiofsd that QEMU's vhost-user descriptors name: the first of those in Rust, else QEMU's own in C.
 * @returns one that this user cannot run when there is no other; undefined when there is none
 */
export async function findVirtiofsd(host: Host, qemuPath: string): Promise<Virtiofsd | undefined> {
  const folders = new Set([
    join(host.home, ".local/share/qemu/vhost-user"),
    join(dirname(realPath(qemuPath)), "../share/qemu/vhost-user"),
    "/usr/share/qemu/vhost-user",
  ]);
  let inC: string | undefined;
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder).sort()) {
      if (!name.endsWith(".json")) continue;
      const path = fsBinary(readFileSync(join(folder, name), "utf8"));
      if (path === undefined || !existsSync(path)) continue;
      const { code, stdout } = await exec([path, "--version"], { env: host.env, timeoutMs: 10_000 });
      if (code !== 0) continue;
      if (virtiofsdImplementation(stdout) === "rust") return { path, implementation: "rust", usable: true };
      inC ??= path;
    }
  }
  if (inC === undefined) return undefined;
  return { path: inC, implementation: "c", usable: host.user.uid === 0 };
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
