import { UserError } from "../../errors.ts";
import { appendPair, dereference, lookup, pairs, text, YqNode } from "../node.ts";

/** A map of scalars and of maps of scalars as an ini file: the scalars first, then a section for each map. */
export function printIni(given: YqNode): string {
  const root = dereference(given);
  if (root.kind === "scalar") return `${root.value}\n`;
  if (root.kind !== "map") throw new UserError(`ini encoding only works for maps, got: ${root.tag}`);
  const line = (key: YqNode, value: YqNode): string => {
    const at = dereference(value);
    if (at.kind !== "scalar") throw new UserError(`ini values must be scalars, ${key.value} is a ${at.tag}`);
    return `${key.value} = ${at.value}\n`;
  };
  const blocks: string[] = [];
  const loose = [...pairs(root)].filter(([, value]) => dereference(value).kind !== "map");
  if (loose.length > 0) blocks.push(loose.map(([key, value]) => line(key, value)).join(""));
  for (const [key, value] of pairs(root)) {
    const section = dereference(value);
    if (section.kind !== "map") continue;
    blocks.push(`[${key.value}]\n${[...pairs(section)].map(([name, item]) => line(name, item)).join("")}`);
  }
  return blocks.join("\n");
}

/** An ini file as a map: sections are maps, all values are strings, `;` and `#` lines are comments of what follows. */
export function readIni(source: string): YqNode {
  const root = new YqNode("map", "!!map");
  let section = root;
  let comments: string[] = [];
  source.split(/\r\n|\n|\r/).forEach((given, i) => {
    const line = given.trim();
    if (line === "") return;
    if (line.startsWith(";") || line.startsWith("#")) {
      comments.push(`#${line.slice(1)}`);
      return;
    }
    const key = text("");
    key.head = comments;
    comments = [];
    const header = /^\[([^\]]*)\]/.exec(line);
    if (header !== null) {
      const there = lookup(root, header[1]!);
      section = there ?? new YqNode("map", "!!map");
      key.value = header[1]!;
      if (there === undefined) appendPair(root, key, section);
      return;
    }
    const match = /^([^=:]+)[=:]\s*(.*)$/.exec(line);
    if (match === null) throw new UserError(`ini: line ${i + 1} is neither a section nor a key: ${line}`);
    key.value = match[1]!.trim();
    const value = text(match[2]!.replace(/^"(.*)"$/, "$1"));
    appendPair(section, key, value);
  });
  return root;
}
