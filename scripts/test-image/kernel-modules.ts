import { basename } from "node:path";

const normal = (name: string): string => name.replaceAll("-", "_");
const moduleName = (path: string): string => normal(basename(path).replace(/\.ko(\..*)?$/, ""));

/**
 * The module files that loading `names` needs, in loading order.
 * @param modulesDep text of the kernel's `modules.dep` (`path: needed needed`, the farthest need last)
 * @param modulesBuiltin text of `modules.builtin`: what is in the kernel itself needs no file
 */
export function moduleFiles(modulesDep: string, modulesBuiltin: string, names: readonly string[]): readonly string[] {
  const builtin = new Set(modulesBuiltin.split("\n").map(moduleName));
  const known = new Map<string, readonly string[]>();
  for (const line of modulesDep.split("\n")) {
    const [path, needs = ""] = line.split(":");
    if (path) known.set(moduleName(path), [...needs.split(" ").filter(Boolean).reverse(), path]);
  }
  const files = new Set<string>();
  for (const name of names.map(normal)) {
    const needed = known.get(name);
    if (needed === undefined && !builtin.has(name)) throw new Error(`the kernel has no module ${name}`);
    for (const file of needed ?? []) files.add(file);
  }
  return [...files];
}
