import { floatVerbs, formatFloat, formatInteger } from "./format-number.ts";
import { type FormatSpec, pad, plainSpec } from "./format-spec.ts";
import {
  formatCharacter,
  formatHex,
  formatQuoted,
  formatQuotedCharacter,
  formatText,
  formatUnicode,
} from "./format-text.ts";
import {
  floatValue,
  type GoComplex,
  type GoMap,
  kindOf,
  NilPointer,
  sortedKeys,
  structField,
  typeOf,
} from "./value.ts";

/** Data nested deeper than this print as `...`, so that cyclic data end. */
const maxDepth = 100;

/** One value by one verb, as Go's fmt prints it; a verb that does not fit gives `%!VERB(TYPE=VALUE)`. */
export function formatValue(value: unknown, verb: string, spec: FormatSpec, depth = 0): string {
  if (verb === "T" && depth === 0) return value === null ? pad("<nil>", spec) : formatText(typeOf(value), spec);
  if (depth > maxDepth) return "...";
  switch (kindOf(value)) {
    case "invalid":
    case "nil":
      return formatNil(verb, spec, depth);
    case "pointer":
      return formatNilPointer(value as NilPointer, verb, spec);
    case "bool":
      return verb === "t" || verb === "v" ? pad(String(value), spec) : badVerb(value, verb, spec);
    case "int":
      return formatInt(BigInt(value as number | bigint), value, verb, spec);
    case "float":
      return floatVerbs.includes(verb) ? formatFloat(floatValue(value), verb, spec) : badVerb(value, verb, spec);
    case "complex":
      return formatComplex(value as GoComplex, verb, spec);
    case "string":
      return formatString(value as string, verb, spec);
    case "slice":
      return formatSlice(value as readonly unknown[], verb, spec, depth);
    case "map":
      return formatMap(value as GoMap, verb, spec, depth);
    case "struct":
      return formatStruct(value as GoMap, verb, spec, depth);
    case "func":
      return verb === "v" ? pad("(func)", spec) : badVerb(value, verb, spec);
  }
}

/** The value as `print` and a plain action show it. */
export function plainText(value: unknown): string {
  return typeof value === "string" ? value : formatValue(value, "v", plainSpec);
}

function badVerb(value: unknown, verb: string, spec: FormatSpec): string {
  const kind = kindOf(value);
  if (kind === "invalid" || kind === "nil") return `%!${verb}(<nil>)`;
  return `%!${verb}(${typeOf(value)}=${value instanceof NilPointer ? "<nil>" : formatValue(value, "v", spec)})`;
}

function formatNil(verb: string, spec: FormatSpec, depth: number): string {
  if (depth > 0) return spec.goSyntax ? "interface {}(nil)" : "<nil>";
  return verb === "v" ? pad("<nil>", spec) : badVerb(null, verb, spec);
}

function formatNilPointer(value: NilPointer, verb: string, spec: FormatSpec): string {
  if (verb === "v") return spec.goSyntax ? `(${value.typeName})(nil)` : pad("<nil>", spec);
  if (verb === "p") return pad("0x0", spec);
  return "bodxX".includes(verb) ? formatInteger(0n, verb, spec) : badVerb(value, verb, spec);
}

function formatInt(whole: bigint, value: unknown, verb: string, spec: FormatSpec): string {
  switch (verb) {
    case "c":
      return formatCharacter(whole, spec);
    case "q":
      return formatQuotedCharacter(whole, spec);
    case "U":
      return formatUnicode(whole, spec);
    default:
      return "vdboOxX".includes(verb) ? formatInteger(whole, verb, spec) : badVerb(value, verb, spec);
  }
}

function formatComplex(value: GoComplex, verb: string, spec: FormatSpec): string {
  if (!floatVerbs.includes(verb)) return badVerb(value, verb, spec);
  return `(${formatFloat(value.real, verb, spec)}${formatFloat(value.imaginary, verb, { ...spec, plus: true })}i)`;
}

function formatString(text: string, verb: string, spec: FormatSpec): string {
  switch (verb) {
    case "v":
      return spec.goSyntax ? formatQuoted(text, spec) : formatText(text, spec);
    case "s":
      return formatText(text, spec);
    case "q":
      return formatQuoted(text, spec);
    case "x":
    case "X":
      return formatHex(text, verb, spec);
    default:
      return badVerb(text, verb, spec);
  }
}

function formatSlice(list: readonly unknown[], verb: string, spec: FormatSpec, depth: number): string {
  const elements = list.map((element) => formatValue(element ?? null, verb, spec, depth + 1));
  return spec.goSyntax ? `${typeOf(list)}{${elements.join(", ")}}` : `[${elements.join(" ")}]`;
}

function formatMap(map: GoMap, verb: string, spec: FormatSpec, depth: number): string {
  const entries = sortedKeys(map).map((key) => {
    const value = formatValue(map[key] ?? null, verb, spec, depth + 1);
    return `${formatValue(key, verb, spec, depth + 1)}:${value}`;
  });
  return spec.goSyntax ? `${typeOf(map)}{${entries.join(", ")}}` : `map[${entries.join(" ")}]`;
}

function formatStruct(struct: GoMap, verb: string, spec: FormatSpec, depth: number): string {
  const named = spec.goSyntax || spec.fieldNames;
  const fields = Object.keys(struct).map((name) => {
    const value = formatValue(structField(struct, name), verb, spec, depth + 1);
    return named ? `${name}:${value}` : value;
  });
  return spec.goSyntax ? `${typeOf(struct)}{${fields.join(", ")}}` : `{${fields.join(" ")}}`;
}
