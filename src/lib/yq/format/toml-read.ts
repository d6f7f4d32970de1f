import { parse, TomlDate, TomlError, type TomlValue } from "smol-toml";
import { errorText, UserError } from "../../errors.ts";
import { mapping, scalar, sequence, text, type YqNode } from "../node.ts";

/** A float as a text that is none of an integer. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value < 0 ? "-.inf" : ".inf";
  const shown = Object.is(value, -0) ? "-0" : String(value);
  return /^-?\d+$/.test(shown) ? `${shown}.0` : shown;
}

function nodeOf(value: TomlValue): YqNode {
  switch (typeof value) {
    case "string":
      return text(value);
    case "bigint":
      return scalar("!!int", String(value));
    case "number":
      return scalar("!!float", floatText(value));
    case "boolean":
      return scalar("!!bool", String(value));
  }
  if (value instanceof TomlDate) return scalar("!!timestamp", value.toISOString().replace(/\.0+(?=$|[Z+-])/, ""));
  if (Array.isArray(value)) return sequence(value.map(nodeOf));
  return mapping(
    Object.entries(value as Readonly<Record<string, TomlValue>>).map(([key, each]) => [text(key), nodeOf(each)]),
  );
}

/**
 * A TOML document as a map: tables are maps, arrays of tables sequences of maps. Comments and the way numbers are written are
 * not kept.
 * @throws UserError with the place of what is no TOML
 */
export function readToml(source: string): YqNode {
  try {
    return nodeOf(parse(source, { integersAsBigInt: true, maxDepth: 500 }));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason] = errorText(error).split("\n");
    throw new UserError(
      `toml: line ${error.line}, column ${error.column}: ${reason?.replace(/^Invalid TOML document: /, "")}`,
    );
  }
}
