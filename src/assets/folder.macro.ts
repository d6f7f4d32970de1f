import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * The text files below a folder of this repository, by their path inside it (with `/`), sorted. Imported with
 * `{ type: "macro" }` it runs while bundling, so that the compiled program carries the texts; from source it runs when
 * the importing module is first loaded. Its arguments must then be literals.
 * @param folder path from the repository's root; links in it are followed
 * @param ending only files whose name ends so @default every file
 * @throws Error when the folder, or what a link in it leads to, does not exist
 */
export function readFolder(folder: string, ending = ""): Record<string, string> {
  const root = join(import.meta.dir, "../..", folder);
  try {
    const files: Record<string, string> = {};
    for (const name of readdirSync(root, { recursive: true, encoding: "utf8" }).sort()) {
      const path = join(root, name);
      if (name.endsWith(ending) && statSync(path).isFile())
        files[name.replaceAll("\\", "/")] = readFileSync(path, "utf8");
    }
    return files;
  } catch (error) {
    // The bundler does not tell what a macro threw.
    console.error(String(error));
    throw error;
  }
}
