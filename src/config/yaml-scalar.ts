/** A plain (unquoted) scalar's meaning. Integers keep their exact value. */
export type PlainValue = null | boolean | bigint | number | string;

const integer = /^[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/;

function parseInteger(text: string): bigint | undefined {
  const negative = text.startsWith("-");
  let digits = text.replace(/^[-+]/, "").replaceAll("_", "");
  if (/^0[0-9]/.test(digits)) {
    if (/[89]/.test(digits)) return undefined;
    digits = `0o${digits}`;
  }
  if (/^0[box]$/.test(digits)) return undefined;
  const value = BigInt(digits);
  return negative ? -value : value;
}

/**
 * Reads a plain scalar by Lima's rules: YAML 1.2's null and booleans (`yes` and `no` are text), integers also with a
 * `0b` prefix, with `_` between digits, and octal by a leading zero.
 */
export function plainValue(source: string): PlainValue {
  switch (source) {
    case "":
    case "~":
    case "null":
    case "Null":
    case "NULL":
      return null;
    case "true":
    case "True":
    case "TRUE":
      return true;
    case "false":
    case "False":
    case "FALSE":
      return false;
  }
  // Longer digits cannot fit any field, and turning a megabyte of them into a number takes long.
  if (source.length > 64) return source;
  if (integer.test(source)) return parseInteger(source) ?? source;
  if (float.test(source)) return Number(source.replaceAll("_", ""));
  const special = /^([-+]?)\.(inf|Inf|INF)$/.exec(source);
  if (special !== null) return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^\.(?:nan|NaN|NAN)$/.test(source) ? Number.NaN : source;
}
