import { UserError } from "../lib/errors.ts";
import { canonicalIp } from "../lib/ip-address.ts";
import { parseCsvRecord } from "./csv.ts";
import { parseDuration } from "./duration.ts";
import type { FlagType, FlagValues } from "./flags.ts";
import { parseBoolean, parseFloat32, parseInteger, parseUint16 } from "./numbers.ts";

/** Any parsed value. */
export type FlagValue = FlagValues[FlagType];

/** What an option holds that was not given and has no default. */
export function zeroValue(type: FlagType): FlagValue {
  switch (type) {
    case "boolean":
      return false;
    case "string":
      return "";
    case "int":
    case "uint16":
    case "float32":
    case "duration":
      return 0;
    case "strings":
    case "stringArray":
    case "ipSlice":
      return [];
    case "stringToString":
      return {};
  }
}

/** Types whose occurrences add up; the others keep the last. */
export function accumulates(type: FlagType): boolean {
  return type === "strings" || type === "stringArray" || type === "ipSlice" || type === "stringToString";
}

/** Reads one occurrence of a value. @throws UserError with the reason alone */
export function parseValue(type: FlagType, text: string): FlagValue {
  switch (type) {
    case "boolean":
      return parseBoolean(text);
    case "string":
      return text;
    case "int":
      return parseInteger(text);
    case "uint16":
      return parseUint16(text);
    case "float32":
      return parseFloat32(text);
    case "duration":
      return parseDuration(text);
    case "strings":
      return text === "" ? [] : parseCsvRecord(text);
    case "stringArray":
      return [text];
    case "ipSlice":
      return parseIps(text);
    case "stringToString":
      return parsePairs(text);
  }
}

/** Adds a further occurrence to what earlier ones gave. */
export function appendValue(earlier: FlagValue, next: FlagValue): FlagValue {
  if (Array.isArray(earlier) && Array.isArray(next)) return [...earlier, ...next];
  if (typeof earlier === "object" && typeof next === "object") return { ...earlier, ...next } as FlagValue;
  return next;
}

function parseIps(text: string): readonly string[] {
  const bare = text.replace(/["'`]/g, "");
  const parts = bare.trim() === "" ? [] : parseCsvRecord(bare);
  return parts.map((part) => {
    const ip = canonicalIp(part.trim());
    if (ip === undefined) throw new UserError(`invalid string being converted to IP address: ${part}`);
    return ip;
  });
}

function parsePairs(text: string): Readonly<Record<string, string>> {
  const equals = text.split("=").length - 1;
  if (equals === 0) throw new UserError(`${text} must be formatted as key=value`);
  const pairs = equals === 1 ? [text.replace(/^"+|"+$/g, "")] : parseCsvRecord(text);
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 0) throw new UserError(`${pair} must be formatted as key=value`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
