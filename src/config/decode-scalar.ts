import type { Scalar } from "yaml";
import { textOfBytes } from "../lib/byte-text.ts";
import { canonicalIp } from "../lib/ip-address.ts";
import { quote } from "../lib/quote.ts";
import { type PlainValue, plainValue } from "./yaml-scalar.ts";

/** Thrown by the readers below; the decoder adds the place and the field. */
export class ScalarError extends Error {}

/** The value of a scalar node; a quoted text is always text. @param bytes `!!binary` may hold what is no UTF-8 */
export function scalarValue(node: Scalar, bytes = false): PlainValue {
  if (node.type === "PLAIN" && node.tag === undefined) return plainValue(node.source ?? "");
  const value: unknown = node.value;
  if (value instanceof Uint8Array) {
    if (bytes) return textOfBytes(value);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
    } catch {
      throw new ScalarError("must hold UTF-8 text");
    }
  }
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "bigint")
    return value;
  return typeof value === "string" ? value : String(node.source ?? "");
}

/** How a value is shown in a message: at most 60 characters of it. */
function shown(value: PlainValue): string {
  const text = String(value);
  return quote(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

/** Text of a scalar; numbers and booleans become their text. `digits` keeps a leading zero, as in `0644`. */
export function toText(node: Scalar, value: PlainValue, digits: boolean): string {
  if (digits && typeof value === "bigint" && /^0[0-7]+$/.test(node.source ?? "")) return node.source ?? "";
  return typeof value === "number" ? decimalText(value) : String(value);
}

/** A fraction's shortest decimal text, without an exponent. */
function decimalText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  const text = String(value);
  return text.includes("e")
    ? value.toLocaleString("en-US", { useGrouping: false, maximumSignificantDigits: 21 })
    : text;
}

export function toBool(value: PlainValue): boolean {
  if (typeof value !== "boolean") throw new ScalarError(`must be \`true\` or \`false\`, got ${shown(value)}`);
  return value;
}

/** An integer; fractions are cut, and the text of a quoted integer counts (`"8080"`). */
export function toInt(value: PlainValue): number {
  const read = typeof value === "string" ? plainValue(value.trim()) : value;
  const number = typeof read === "bigint" || typeof read === "number" ? Math.trunc(Number(read)) : Number.NaN;
  if (Number.isNaN(number)) throw new ScalarError(`must be an integer, got ${shown(value)}`);
  if (!Number.isSafeInteger(number)) throw new ScalarError(`must be a smaller integer, got ${shown(value)}`);
  return number;
}

/** An IP address in canonical form; empty text stays empty. */
export function toIp(value: PlainValue): string {
  const text = String(value);
  if (text === "") return "";
  const ip = canonicalIp(text);
  if (ip === undefined) throw new ScalarError(`must be an IP address, got ${shown(value)}`);
  return ip;
}
