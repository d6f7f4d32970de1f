import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * The text files below a folder of this repository, by their path inside it (with `/`), sorted. Imported with
 * `{ type: "macro" }` it runs while bundling, so that the compiled program carries the texts; from source it runs when
 * the importing module is first loaded. Its argument must then be a literal.
 * @param folder path from the repository's root; a folder that does not exist is an error
 * @param ending only files whose name ends so @default every file
 */
export function readFolder(folder: string, ending = ""): Record<string, string> {
  const root = join(import.meta.dir, "../..", folder);
  const files: Record<string, string> = {};
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" }).sort()) {
    const path = join(root, name);
    if (name.endsWith(ending) && statSync(path).isFile()) files[name.replaceAll("\\", "/")] = readFileSync(path, "utf8");
  }
  return files;
}
