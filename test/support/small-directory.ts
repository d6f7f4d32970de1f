import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { World } from "./limactl.ts";

/** A directory with a file system of its own that is soon full; for root. @param size in the words of tmpfs: `8m` */
export function smallDirectory(world: World, size: string): Disposable & { readonly path: string } {
  const path = join(world.root, "small");
  mkdirSync(path);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]);
  if (status !== 0) throw new Error(`cannot mount a tmpfs of ${size}`);
  return { path, [Symbol.dispose]: () => void spawnSync("umount", ["-l", path]) };
}
