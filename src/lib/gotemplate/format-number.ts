import { exactDecimal, exponentText, fixedText, rounded, shortestDecimal } from "./decimal.ts";
import { binaryText, hexText } from "./float-bits.ts";
import { type FormatSpec, pad } from "./format-spec.ts";

const bases: Readonly<Record<string, number>> = { b: 2, o: 8, O: 8, d: 10, v: 10, x: 16, X: 16 };

/** An integer by `%b %o %O %d %x %X`. */
export function formatInteger(value: bigint, verb: string, spec: FormatSpec): string {
  const base = bases[verb] ?? 10;
  const negative = value < 0n;
  const sign = negative ? "-" : spec.plus ? "+" : spec.space ? " " : "";
  let digits = (negative ? -value : value).toString(base);
  if (verb === "X") digits = digits.toUpperCase();
  let least = 0;
  if (spec.precision !== undefined) {
    if (spec.precision === 0 && value === 0n) return pad("", { ...spec, zero: false });
    least = spec.precision;
  } else if (spec.zero && !spec.minus && spec.width !== undefined) {
    least = spec.width - sign.length;
  }
  digits = digits.padStart(least, "0");
  return pad(sign + basePrefix(verb, base, digits, spec) + digits, { ...spec, zero: false });
}

function basePrefix(verb: string, base: number, digits: string, spec: FormatSpec): string {
  if (verb === "O") return spec.sharp && !digits.startsWith("0") ? "0o0" : "0o";
  if (!spec.sharp) return "";
  if (base === 2) return "0b";
  if (base === 8) return digits.startsWith("0") ? "" : "0";
  return base === 16 ? `0${verb}` : "";
}

/** The verbs that fit a float64. */
export const floatVerbs = "veEfFgGxXb";

/** A float64 by one of the {@link floatVerbs}. */
export function formatFloat(value: number, verb: string, spec: FormatSpec): string {
  const negative = value < 0 || Object.is(value, -0);
  const infinite = Math.abs(value) === Number.POSITIVE_INFINITY;
  const sign = negative ? "-" : spec.plus || (infinite && !spec.space) ? "+" : spec.space ? " " : "";
  if (infinite) return pad(`${sign}Inf`, { ...spec, zero: false });
  if (Number.isNaN(value)) return pad(`${sign}NaN`, { ...spec, zero: false });
  const magnitude = Math.abs(value);
  const text = "EGX".includes(verb) ? finite(magnitude, verb, spec).toUpperCase() : finite(magnitude, verb, spec);
  const { width } = spec;
  if (spec.zero && !spec.minus && width !== undefined) return sign + text.padStart(width - sign.length, "0");
  return pad(sign + text, spec);
}

function finite(value: number, verb: string, spec: FormatSpec): string {
  const { precision = 6 } = spec;
  switch (verb) {
    case "e":
    case "E":
      return withPoint(exponentText(rounded(exactDecimal(value), precision + 1), precision), spec);
    case "f":
    case "F": {
      const exact = exactDecimal(value);
      return withPoint(fixedText(rounded(exact, exact.point + precision), precision), spec);
    }
    case "x":
    case "X":
      return hexText(value, spec.precision);
    case "b":
      return binaryText(value);
    default:
      return general(value, spec);
  }
}

/** `%g`: the notation that suits the exponent; without precision, as many digits as tell the number from its neighbours. */
function general(value: number, spec: FormatSpec): string {
  const count = Math.max(spec.precision ?? 6, 1);
  const shortest = spec.precision === undefined;
  const number = shortest ? shortestDecimal(value) : rounded(exactDecimal(value), count);
  const { digits, point } = number;
  const exponent = digits === "" ? 0 : point - 1;
  // A number that the precision does not fill is scientific from its own number of digits on.
  const threshold = !shortest && count > digits.length && digits.length >= point ? digits.length : count;
  const shown = spec.sharp ? Math.max(count, digits.length) : digits.length;
  if (exponent < -4 || exponent >= Math.max(threshold, 1)) {
    return withPoint(exponentText(number, Math.max(shown - 1, 0)), spec);
  }
  return withPoint(fixedText(number, Math.max(shown - exponent - 1, 0)), spec);
}

/** `#` keeps the decimal point of a number without decimals. */
function withPoint(text: string, spec: FormatSpec): string {
  return !spec.sharp || text.includes(".") ? text : text.replace(/(e|$)/, ".$1");
}
