import { UserError } from "../lib/errors.ts";
import { execOutput } from "../lib/exec.ts";
import { readTextIfExists } from "../lib/files.ts";
import type { HostOs } from "../lib/host.ts";
import { missingQemuImgMessage } from "../lib/qemu-packages.ts";
import { tellFullDisk } from "./full-disk.ts";

export interface QemuImgOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/**
 * Runs `qemu-img` and returns its standard output.
 * @param writes file it writes, and the directory whose file system may be full
 */
export async function qemuImg(
  args: readonly string[],
  options: QemuImgOptions,
  writes?: { readonly path: string; readonly directory: string },
): Promise<string> {
  const path = Bun.which("qemu-img", { PATH: options.env.PATH ?? "" });
  if (path === null) {
    throw new UserError(missingQemuImgMessage(hostOs(), (await readTextIfExists("/etc/os-release")) ?? ""));
  }
  const run = (): Promise<string> => execOutput([path, ...args], options);
  return writes === undefined ? await run() : await tellFullDisk(writes.path, writes.directory, run);
}

function hostOs(): HostOs {
  if (process.platform === "darwin") return "darwin";
  return process.platform === "win32" ? "windows" : "linux";
}
