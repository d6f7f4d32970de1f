import { UserError } from "../errors.ts";
import type { YqNode } from "./node.ts";

const intPattern = /^[-+]?(?:0|[1-9][0-9_]*|0o?[0-7_]+|0[xX][0-9a-fA-F_]+|0b[01_]+)$/;
const floatPattern = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const specialFloat = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const datePattern =
  /^\d{4}-(?:\d{2}-\d{2}|\d{1,2}-\d{1,2}(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::?\d{2})?))?)$/;

/** The tag that a plain scalar has by its text, in the core schema with YAML 1.1's timestamps and merge key. */
export function resolveTag(value: string): string {
  if (value === "" || value === "~" || value === "null" || value === "Null" || value === "NULL") return "!!null";
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(value)) return "!!bool";
  if (value === "<<") return "!!merge";
  const first = value.charCodeAt(0);
  const startsNumber = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (!startsNumber) return "!!str";
  if (intPattern.test(value)) return value.length > 18 && isTooLarge(value) ? "!!float" : "!!int";
  if (specialFloat.test(value)) return "!!float";
  // What no double can hold is a text.
  if (floatPattern.test(value)) return Number.isFinite(Number(value)) ? "!!float" : "!!str";
  if (datePattern.test(value)) return "!!timestamp";
  return "!!str";
}

/** Whether a decimal integer needs more than the 64 bits that yq's integers have. */
function isTooLarge(value: string): boolean {
  if (!/^[-+]?\d+$/.test(value)) return false;
  const whole = BigInt(value);
  return whole >= 2n ** 64n || whole < -(2n ** 63n);
}

/** The type behind a custom tag: what the text would be without it. */
export function effectiveTag(node: YqNode): string {
  if (node.tag.startsWith("!!")) return node.tag;
  if (node.kind === "map") return "!!map";
  if (node.kind === "seq") return "!!seq";
  return node.style === "" ? resolveTag(node.value) : "!!str";
}

/** An integer's value from its YAML text (decimal, 0x, 0o, 0b, underscores). @throws UserError when it is none */
export function parseInteger(value: string): bigint {
  const plain = value.replaceAll("_", "");
  const negative = plain.startsWith("-");
  let digits = plain.replace(/^[-+]/, "");
  // A leading zero says nothing: yq reads 0777 as 777.
  if (/^0\d+$/.test(digits)) digits = digits.replace(/^0+(?=\d)/, "");
  if (!/^(?:\d+|0[xX][0-9a-fA-F]+|0o[0-7]+|0b[01]+)$/.test(digits))
    throw new UserError(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  const magnitude = BigInt(digits);
  return negative ? -magnitude : magnitude;
}

/** A float's value from its YAML text. */
export function parseFloatText(value: string): number {
  const lower = value.toLowerCase();
  if (lower.endsWith(".inf")) return lower.startsWith("-") ? -Infinity : Infinity;
  if (lower === ".nan") return Number.NaN;
  return Number(value.replaceAll("_", ""));
}

/** A calculated number as text, in Go's `%v`: exponents from a million on, the shortest digits that tell it apart. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e6)) {
    return value.toExponential().replace(/e([-+])(\d)$/, "e$10$2");
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Whether a node's type is a number. */
export function isNumber(node: YqNode): boolean {
  const tag = node.kind === "scalar" ? effectiveTag(node) : "";
  return tag === "!!int" || tag === "!!float";
}

/** A number node's value as a double. */
export function numberOf(node: YqNode): number {
  return effectiveTag(node) === "!!int" ? Number(parseInteger(node.value)) : parseFloatText(node.value);
}
