import { join } from "node:path";
import { readTextIfExistsSync } from "../lib/files.ts";
import { configDirectory } from "../store/directories.ts";

/**
 * The comment put above a template in the editor: what is edited, how to abort, and the settings of the user's own files
 * that count before or above it.
 * @param subject e.g. `Lima instance "foo"`
 */
export function editorHeader(subject: string, limaHome: string): string {
  const lines = [
    `# Please edit the configuration of ${subject}.`,
    "# An empty file aborts the edit.",
    ...quoted(join(configDirectory(limaHome), "default.yaml"), "they count where this file says nothing"),
    ...quoted(join(configDirectory(limaHome), "override.yaml"), "they count whatever this file says"),
  ];
  return `${lines.join("\n")}\n\n`;
}

function quoted(path: string, meaning: string): readonly string[] {
  const text = readTextIfExistsSync(path)?.trimEnd() ?? "";
  if (text.trim() === "") return [];
  const border = "# ---";
  return ["#", `# WARNING: ${path} has these settings; ${meaning}:`, border, ...text.split("\n").map(comment), border];
}

function comment(line: string): string {
  return line === "" ? "#" : `# ${line}`;
}
