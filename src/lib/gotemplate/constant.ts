import { GoComplex, GoFloat } from "./value.ts";

const simpleEscapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "\\": 92,
};
const escapeSequence = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(["'abfnrtv\\]))/y;
const encoder = new TextEncoder();

/**
 * The text of a quoted string or character constant: double quotes, single quotes, or raw between backquotes.
 * @throws Error `invalid syntax`, as Go's strconv does
 */
export function unquote(source: string): string {
  const quote = source[0] ?? "";
  const body = source.slice(1, -1);
  if (quote === "`") return body.replaceAll("\r", "");
  if (!body.includes("\\")) return body;
  // Escapes may spell single bytes of a character, so the text is put together as bytes.
  const bytes: number[] = [];
  for (let i = 0; i < body.length; ) {
    if (body[i] === "\\") {
      escapeSequence.lastIndex = i;
      const match = escapeSequence.exec(body);
      if (match === null) throw new Error("invalid syntax");
      bytes.push(...escapedBytes(match, quote));
      i = escapeSequence.lastIndex;
    } else {
      const char = String.fromCodePoint(body.codePointAt(i) ?? 0);
      bytes.push(...encoder.encode(char));
      i += char.length;
    }
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array(bytes));
}

function escapedBytes(match: RegExpExecArray, quote: string): Iterable<number> {
  const [, byte, short, long, octal, simple] = match;
  if (byte !== undefined) return [Number.parseInt(byte, 16)];
  if (octal !== undefined) {
    const value = Number.parseInt(octal, 8);
    if (value > 255) throw new Error("invalid syntax");
    return [value];
  }
  const point = short ?? long;
  if (point !== undefined) {
    const code = Number.parseInt(point, 16);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw new Error("invalid syntax");
    return encoder.encode(String.fromCodePoint(code));
  }
  const char = simple ?? "";
  if (char === '"' || char === "'") {
    if (char !== quote) throw new Error("invalid syntax");
    return [char.charCodeAt(0)];
  }
  return [simpleEscapes[char] ?? 0];
}

/** The code point of a character constant. @throws Error `malformed character constant: TEXT` or `invalid syntax` */
export function characterValue(source: string): number {
  // In a character constant \xHH and \ooo are code points, not bytes.
  const numeric = /^'\\(?:x([0-9a-fA-F]{2})|([0-7]{3}))'$/.exec(source);
  if (numeric?.[1] !== undefined) return Number.parseInt(numeric[1], 16);
  if (numeric?.[2] !== undefined && Number.parseInt(numeric[2], 8) < 256) return Number.parseInt(numeric[2], 8);
  const text = unquote(source);
  if (text === "") throw new Error("invalid syntax");
  const code = text.codePointAt(0) ?? 0;
  if (String.fromCodePoint(code) !== text) throw new Error(`malformed character constant: ${source}`);
  return code;
}

/** No number that a template can use is written longer; reading one may take long. */
const maxNumberLength = 1000;
const integer =
  /^([+-]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[oO]((?:_?[0-7])+)|0[bB]((?:_?[01])+)|0((?:_?[0-7])+)|(0|[1-9](?:_?[0-9])*))$/;
const decimalFloat =
  /^[+-]?(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?$/;
const hexFloat = /^([+-]?)0[xX]_?([0-9a-fA-F_]*)\.?([0-9a-fA-F_]*)[pP]([+-]?[0-9]+)$/;

/**
 * A number by Go's rules: an int as number or bigint, a float, or a complex.
 * `"overflow"` for an unsigned integer that no int holds.
 * @throws Error `integer overflow: "TEXT"` or `illegal number syntax: "TEXT"`
 */
export function numberValue(source: string): number | bigint | GoFloat | GoComplex | "overflow" {
  if (source.length > maxNumberLength) throw new Error(`illegal number syntax: "${source}"`);
  if (source.endsWith("i")) {
    const imaginary = parseFloat64(source.slice(0, -1));
    if (imaginary === undefined) throw new Error(`illegal number syntax: "${source}"`);
    return new GoComplex(0, imaginary);
  }
  const whole = parseInteger(source);
  if (whole !== undefined && whole >= -(2n ** 63n) && whole < 2n ** 63n) {
    const plain = Number(whole);
    return Number.isSafeInteger(plain) ? plain : whole;
  }
  if (whole !== undefined && whole >= 0n && whole < 2n ** 64n && !/^[+-]/.test(source)) return "overflow";
  const float = parseFloat64(source);
  if (float === undefined) throw new Error(`illegal number syntax: "${source}"`);
  if (!/[.eEpP]/.test(source)) throw new Error(`integer overflow: "${source}"`);
  return new GoFloat(float);
}

/** `1+2i` as a complex number. @throws Error when a part is no number */
export function complexValue(source: string): GoComplex {
  const split = Math.max(source.lastIndexOf("+"), source.lastIndexOf("-"));
  // The sign of an exponent does not separate the parts.
  const at = /[eEpP]/.test(source[split - 1] ?? "")
    ? Math.max(source.lastIndexOf("+", split - 1), source.lastIndexOf("-", split - 1))
    : split;
  const real = parseFloat64(source.slice(0, at));
  const imaginary = parseFloat64(source.slice(at, -1));
  if (real === undefined || imaginary === undefined) throw new Error("syntax error scanning complex number");
  return new GoComplex(real, imaginary);
}

function parseInteger(source: string): bigint | undefined {
  const match = integer.exec(source);
  if (match === null) return undefined;
  const [, sign, hex, octal, binary, leadingZero, decimal] = match;
  const oct = octal ?? leadingZero;
  const digits =
    hex !== undefined ? `0x${hex}` : oct !== undefined ? `0o${oct}` : binary !== undefined ? `0b${binary}` : decimal;
  const value = BigInt((digits ?? "0").replaceAll("_", ""));
  return sign === "-" ? -value : value;
}

function parseFloat64(source: string): number | undefined {
  if (decimalFloat.test(source)) {
    const value = Number(source.replaceAll("_", ""));
    return Number.isFinite(value) ? value : undefined;
  }
  const match = hexFloat.exec(source);
  if (match === null) return undefined;
  const whole = (match[2] ?? "").replaceAll("_", "");
  const fraction = (match[3] ?? "").replaceAll("_", "");
  if (whole + fraction === "") return undefined;
  const magnitude = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(match[4]) - 4 * fraction.length);
  return match[1] === "-" ? -magnitude : magnitude;
}
