import { UserError } from "../../errors.ts";
import { dereference, pairs, type YqNode } from "../node.ts";
import { effectiveTag, parseFloatText, parseInteger } from "../tags.ts";
import type { Paint } from "./paint.ts";
import { plain } from "./paint.ts";

const maxNodes = 2_000_000;

/**
 * A node as JSON text without a last newline. Aliases are expanded; comments, tags and styles are lost.
 *
 * @param indent spaces per level; 0 for one line without spaces
 */
export function printJson(node: YqNode, indent: number, paint: Paint = plain): string {
  return value(node, { indent, paint, left: maxNodes }, "");
}

/** A text in quotes; the two line separators that JavaScript's strings could not hold once are escaped, as Go does. */
function jsonText(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) => (char === "\u2028" ? "\\u2028" : "\\u2029"));
}

interface State {
  readonly indent: number;
  readonly paint: Paint;
  left: number;
}

function value(given: YqNode, state: State, margin: string): string {
  if (--state.left < 0) throw new UserError("the document is too large for JSON: too many aliases to expand");
  const node = dereference(given);
  if (node.kind === "scalar" || node.kind === "alias") return scalarJson(node, state.paint);
  const inner = margin + " ".repeat(state.indent);
  const parts: string[] = [];
  if (node.kind === "seq") for (const item of node.content) parts.push(value(item, state, inner));
  else {
    const colon = state.indent === 0 ? ":" : ": ";
    for (const [key, item] of entries(node, state))
      parts.push(state.paint("key", jsonText(key)) + colon + value(item, state, inner));
  }
  const [open, close] = node.kind === "seq" ? "[]" : "{}";
  if (parts.length === 0) return `${open}${close}`;
  if (state.indent === 0) return `${open}${parts.join(",")}${close}`;
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}`;
}

function entries(map: YqNode, state: State): ReadonlyMap<string, YqNode> {
  const found = new Map<string, YqNode>();
  for (const [key, item] of pairs(map)) {
    if (key.tag !== "!!merge") {
      found.set(dereference(key).value, item);
      continue;
    }
    const merged = dereference(item);
    for (const source of merged.kind === "seq" ? merged.content.map(dereference) : [merged])
      for (const [name, inner] of entries(source, state)) found.set(name, inner);
  }
  return found;
}

function scalarJson(node: YqNode, paint: Paint): string {
  switch (effectiveTag(node)) {
    case "!!null":
      return paint("null", "null");
    case "!!bool":
      return paint("bool", node.value.toLowerCase());
    case "!!int":
      return paint("number", parseInteger(node.value).toString());
    case "!!float": {
      const number = parseFloatText(node.value);
      if (!Number.isFinite(number)) throw new UserError(`json: unsupported value: ${node.value}`);
      return paint("number", floatJson(node.value, number));
    }
    default:
      return paint("string", jsonText(node.value));
  }
}

/** A float as it was written where JSON writes it so too; a whole one that was calculated says that it is a float. */
function floatJson(value: string, number: number): string {
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(value)) return /[.eE]/.test(value) ? value : `${value}.0`;
  const shortest = JSON.stringify(number);
  return /^-?\d+$/.test(shortest) ? `${shortest}.0` : shortest;
}

/** A node as a plain value (what JSON can hold). */
export function toValue(node: YqNode): unknown {
  return JSON.parse(printJson(node, 0));
}
