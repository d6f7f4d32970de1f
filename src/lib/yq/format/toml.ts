import { UserError } from "../../errors.ts";
import { dereference, isNull, pairs, type YqNode } from "../node.ts";
import { effectiveTag, numberOf, parseInteger } from "../tags.ts";

/** A key as TOML writes it: bare where it may be. */
function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : stringText(key);
}

/** JSON's escapes are TOML's, but for U+007F, which JSON lets stand. */
function stringText(value: string): string {
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}

function intText(node: YqNode): string {
  return /^(?:[-+]?(?:0|[1-9]\d*)|0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+)$/.test(node.value)
    ? node.value
    : String(parseInteger(node.value));
}

function floatText(node: YqNode): string {
  if (/^[-+]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(node.value)) return node.value;
  const value = numberOf(node);
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}

/** TOML's offset and local date-times, dates and times. */
const dateTime =
  /^(?:\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[-+]\d{2}:\d{2})?)?|\d{2}:\d{2}:\d{2}(?:\.\d+)?)$/;

function scalarText(node: YqNode): string {
  switch (effectiveTag(node)) {
    case "!!int":
      return intText(node);
    case "!!float":
      return floatText(node);
    case "!!bool":
      return node.value.toLowerCase();
    case "!!timestamp":
      return dateTime.test(node.value) ? node.value : stringText(node.value);
    case "!!null":
      throw new UserError("toml has no null: leave it out of lists, or give it a value");
    default:
      return stringText(node.value);
  }
}

function inline(given: YqNode): string {
  const node = dereference(given);
  if (node.kind === "scalar") return scalarText(node);
  if (node.kind === "seq") return `[${node.content.map(inline).join(", ")}]`;
  const entries = [...pairs(node)].filter(([, value]) => !isNull(dereference(value)));
  if (entries.length === 0) return "{}";
  return `{ ${entries.map(([key, value]) => `${keyText(key.value)} = ${inline(value)}`).join(", ")} }`;
}

/** A list that is written as an array of tables. */
function isTables(node: YqNode): boolean {
  return (
    node.kind === "seq" && node.content.length > 0 && node.content.every((item) => dereference(item).kind === "map")
  );
}

/** The lines of a table: its values, then its tables, whose names hold the names of those around them. */
function table(node: YqNode, path: readonly string[], header: string | undefined, blocks: string[]): void {
  const lines: string[] = [];
  const tables: (readonly [string, YqNode])[] = [];
  for (const [key, given] of pairs(node)) {
    const value = dereference(given);
    if (isNull(value)) continue;
    if (value.kind === "map" || isTables(value)) tables.push([key.value, value]);
    else lines.push(`${keyText(key.value)} = ${inline(value)}\n`);
  }
  // A table of nothing but tables is named by them.
  const isNamed = header !== undefined && (header.startsWith("[[") || lines.length > 0 || tables.length === 0);
  if (isNamed || lines.length > 0) blocks.push(`${isNamed ? `${header}\n` : ""}${lines.join("")}`);
  for (const [key, value] of tables) {
    const inner = [...path, keyText(key)];
    if (value.kind === "map") table(value, inner, `[${inner.join(".")}]`, blocks);
    else for (const item of value.content) table(dereference(item), inner, `[[${inner.join(".")}]]`, blocks);
  }
}

/** A map as a TOML document. Entries that are null are left out. @throws UserError for what TOML cannot hold */
export function printToml(given: YqNode): string {
  const root = dereference(given);
  if (root.kind === "scalar") return `${root.value}\n`;
  if (root.kind !== "map") throw new UserError("TOML encoder expects a mapping at the root level");
  const blocks: string[] = [];
  table(root, [], undefined, blocks);
  return blocks.join("\n");
}
