import { UserError } from "../lib/errors.ts";
import { goQuote } from "../lib/quote.ts";

function syntax(func: string, text: string): UserError {
  return new UserError(`strconv.${func}: parsing ${goQuote(text)}: invalid syntax`);
}

function range(func: string, text: string): UserError {
  return new UserError(`strconv.${func}: parsing ${goQuote(text)}: value out of range`);
}

const integerSyntax =
  /^(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;

/** A Go integer literal without sign: prefixes `0x`, `0o`, `0b`, a leading `0` for octal, `_` between digits. */
function parseMagnitude(text: string): bigint | undefined {
  if (!integerSyntax.test(text)) return undefined;
  const digits = text.replaceAll("_", "");
  return BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits);
}

/** A signed 64-bit integer. @throws UserError `strconv.ParseInt: parsing "abc": invalid syntax` */
export function parseInteger(text: string): number {
  const negative = text.startsWith("-");
  const magnitude = parseMagnitude(text.replace(/^[-+]/, ""));
  if (magnitude === undefined) throw syntax("ParseInt", text);
  if (magnitude > (1n << 63n) - (negative ? 0n : 1n)) throw range("ParseInt", text);
  return Number(negative ? -magnitude : magnitude);
}

/** An unsigned 16-bit integer. @throws UserError `strconv.ParseUint: parsing "-1": invalid syntax` */
export function parseUint16(text: string): number {
  const magnitude = parseMagnitude(text);
  if (magnitude === undefined) throw syntax("ParseUint", text);
  if (magnitude > 0xffffn) throw range("ParseUint", text);
  return Number(magnitude);
}

const decimalFloat = /^[-+]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][-+]?\d(?:_?\d)*)?$/;
const hexFloat = /^([-+]?)0[xX]((?:_?[0-9a-fA-F])*)\.?([0-9a-fA-F](?:_?[0-9a-fA-F])*)?[pP]([-+]?\d(?:_?\d)*)$/;

/** A single precision number. @throws UserError `strconv.ParseFloat: parsing "x": invalid syntax` */
export function parseFloat32(text: string): number {
  const special = /^([-+]?)(inf|infinity|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2]?.toLowerCase() !== "nan") return special[1] === "-" ? -Infinity : Infinity;
    if (special[1] === "") return Number.NaN;
  }
  const value = decimalFloat.test(text) ? Number(text.replaceAll("_", "")) : parseHexFloat(text);
  if (value === undefined) throw syntax("ParseFloat", text);
  const single = Math.fround(value);
  if (!Number.isFinite(single)) throw range("ParseFloat", text);
  return single;
}

function parseHexFloat(text: string): number | undefined {
  const match = hexFloat.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = `${whole}${fraction}`.replaceAll("_", "");
  if (digits === "") return undefined;
  const shift = Number(exponent.replaceAll("_", "")) - 4 * fraction.replaceAll("_", "").length;
  return Number(BigInt(`0x${digits}`)) * 2 ** shift * (sign === "-" ? -1 : 1);
}

/** A truth value as options spell it. @throws UserError `strconv.ParseBool: parsing "x": invalid syntax` */
export function parseBoolean(text: string): boolean {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  throw syntax("ParseBool", text);
}

/** A single precision number in its shortest form: `2`, `0.5`, `1e+06`. */
export function formatFloat32(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-Inf" : "+Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  for (let precision = 1; precision <= 9; precision += 1) {
    const text = value.toExponential(precision - 1);
    if (Math.fround(Number(text)) !== Math.fround(value)) continue;
    const [mantissa = "", power = "0"] = text.split("e");
    const exponent = Number(power);
    // Go's shortest 'g' format: an exponent from exactly six digits before the point on.
    if (exponent >= -4 && exponent < 6) return plainDigits(mantissa, exponent);
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return String(value);
}

function plainDigits(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith("-") ? "-" : "";
  const digits = mantissa.replace(/[-.]/g, "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return `${sign}${digits.padEnd(exponent + 1, "0")}`;
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}
