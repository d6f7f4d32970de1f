import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Arch, Host } from "../../lib/host.ts";
import { realPath } from "./binary.ts";
import { firmwareCandidates, firmwareOfDescriptor } from "./firmware-plan.ts";

/** The first UEFI code image of this host: the usual places, then QEMU's own descriptors in their order. */
export function findFirmware(arch: Arch, host: Host, qemuPath: string): string | undefined {
  const directories = [...new Set([dirname(qemuPath), dirname(realPath(qemuPath))])];
  const candidates = directories.flatMap((directory) => firmwareCandidates(arch, host.home, directory));
  const usual = candidates.map((parts) => join(...parts)).find((path) => existsSync(path));
  return usual ?? fromDescriptors(arch, directories);
}

function fromDescriptors(arch: Arch, qemuDirectories: readonly string[]): string | undefined {
  const folders = new Set([
    "/etc/qemu/firmware",
    ...qemuDirectories.map((directory) => join(directory, "../share/qemu/firmware")),
    "/usr/share/qemu/firmware",
  ]);
  return [...folders]
    .flatMap((folder) => namesIn(folder).map((name) => join(folder, name)))
    .map((path) => firmwareOfDescriptor(readFileSync(path, "utf8"), arch))
    .find((path) => path !== undefined && existsSync(path));
}

/** Names of descriptors; their numbers give the order of preference. */
function namesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort();
}
