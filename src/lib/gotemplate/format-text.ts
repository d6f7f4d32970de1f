import { goQuote } from "../quote.ts";
import { type FormatSpec, pad } from "./format-spec.ts";

const encoder = new TextEncoder();

/** A string by `%s`: cut to the precision, padded to the width. */
export function formatText(text: string, spec: FormatSpec): string {
  return pad(truncated(text, spec), spec);
}

/** A string by `%q`: quoted, with `#` between backquotes where it fits, with `+` in ASCII. */
export function formatQuoted(text: string, spec: FormatSpec): string {
  const short = truncated(text, spec);
  if (spec.sharp && !/[\u0000-\u0008\u000a-\u001f\u007f`\ufeff]/.test(short)) return pad(`\`${short}\``, spec);
  return pad(spec.plus ? asciiOnly(goQuote(short)) : goQuote(short), spec);
}

/** A string by `%x` or `%X`: its bytes, with a blank between them and `0x` before them as flags say. */
export function formatHex(text: string, verb: string, spec: FormatSpec): string {
  const bytes = encoder.encode(text).subarray(0, spec.precision);
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const prefix = spec.sharp ? "0x" : "";
  const shown = spec.space
    ? digits.map((pair) => prefix + pair).join(" ")
    : (bytes.length > 0 ? prefix : "") + digits.join("");
  return pad(verb === "X" ? shown.toUpperCase() : shown, spec);
}

/** A character by `%c`. */
export function formatCharacter(code: bigint, spec: FormatSpec): string {
  return pad(characterOf(code), spec);
}

/** A character by `%q`: a Go character constant. */
export function formatQuotedCharacter(code: bigint, spec: FormatSpec): string {
  const char = characterOf(code);
  if (char === "'") return pad("'\\''", spec);
  const inner = char === '"' ? char : goQuote(char).slice(1, -1);
  return pad(`'${spec.plus ? asciiOnly(inner) : inner}'`, spec);
}

/** A character by `%U`: `U+0041`, with `#` followed by the character itself. */
export function formatUnicode(code: bigint, spec: FormatSpec): string {
  const digits = BigInt.asUintN(64, code)
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(spec.precision ?? 4, 4), "0");
  const char = characterOf(code);
  const shown =
    spec.sharp && code >= 0n && code <= 0x10ffffn && /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(char) ? ` '${char}'` : "";
  return pad(`U+${digits}${shown}`, { ...spec, zero: false });
}

function truncated(text: string, spec: FormatSpec): string {
  return spec.precision === undefined ? text : [...text].slice(0, spec.precision).join("");
}

function characterOf(code: bigint): string {
  const valid = code >= 0n && code <= 0x10ffffn && !(code >= 0xd800n && code < 0xe000n);
  return valid ? String.fromCodePoint(Number(code)) : "\ufffd";
}

function asciiOnly(text: string): string {
  return text.replace(/[^\u0000-\u007f]/gu, (char) => {
    const code = (char.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}
