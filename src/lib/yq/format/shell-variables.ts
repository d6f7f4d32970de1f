import { dereference, pairs, type YqNode } from "../node.ts";

/** A key as a part of a variable's name: accents are dropped, whatever else a name cannot hold becomes `_`. */
function namePart(key: string): string {
  return key
    .normalize("NFKD")
    .replace(/[^ -~]/g, "")
    .replace(/[^A-Za-z0-9_]/g, "_");
}

function nameBelow(path: string, key: string, separator: string): string {
  const part = namePart(key);
  if (path !== "") return `${path}${separator}${part}`;
  return /^[A-Za-z_]/.test(part) ? part : `_${part}`;
}

function quoted(value: string): string {
  return /^[A-Za-z0-9_]*$/.test(value) ? value : `'${value.replaceAll("'", `'"'"'`)}'`;
}

function assignments(given: YqNode, path: string, separator: string): string {
  const node = dereference(given);
  const below = (value: YqNode, key: string): string => assignments(value, nameBelow(path, key, separator), separator);
  if (node.kind === "seq") return node.content.map((item, i) => below(item, String(i))).join("");
  if (node.kind === "map") return [...pairs(node)].map(([key, value]) => below(value, key.value)).join("");
  return `${path === "" ? "value" : path}=${quoted(node.value)}\n`;
}

/** Scalars as assignments that a POSIX shell can read, `a_b_0='x y'`; a document of one value is assigned to `value`. */
export function printShellVariables(node: YqNode, separator = "_"): string {
  return assignments(node, "", separator);
}
