import { type DefinitionName, definitionOf, type Field, type FieldType } from "./schema.ts";
import type { Config } from "./types.ts";

/** A config as printed: what says nothing is left out. */
export type Printed = { readonly [key: string]: unknown };

export interface PrintOptions {
  /** Leave `vmType` out: no file names it. @default false */
  readonly withoutVmType?: boolean;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, each]) => [key, sortKeys(each)]),
  );
}

/** True for what Lima leaves out: unset, the empty list or mapping, and the zero of a field that cannot be null. */
function isEmpty(field: Field, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (field.always === true) return false;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === "object") return Object.keys(value).length === 0;
  if (field.nullable === true || field.required === true || field.keepsZero === true) return false;
  return value === "" || value === 0 || value === false;
}

function printValue(type: FieldType, value: unknown): unknown {
  switch (type.kind) {
    case "struct":
      if (type.name === "BaseTemplates")
        return (value as readonly object[]).map((each) => printStruct("LocatorWithDigest", each));
      return printStruct(type.name, value as object);
    case "list":
      return (value as readonly unknown[]).map((each) => printValue(type.of, each));
    case "map":
    case "freeMap":
      return sortKeys(value);
    default:
      return value;
  }
}

function printStruct(name: DefinitionName, value: object): Printed {
  const fields = value as { readonly [key: string]: unknown };
  const printed: [string, unknown][] = [];
  for (const field of definitionOf(name).fields)
    if (!isEmpty(field, fields[field.name])) printed.push([field.name, printValue(field.type, fields[field.name])]);
  return Object.fromEntries(printed);
}

/**
 * A configuration as `template copy --fill`, `info` and `list --json` show it: fields in declaration order, keys of maps
 * sorted, without what is unset or empty.
 */
export function printConfig(config: Config, options: PrintOptions = {}): Printed {
  const printed = printStruct("LimaYAML", config);
  if (options.withoutVmType !== true) return printed;
  return Object.fromEntries(Object.entries(printed).filter(([key]) => key !== "vmType"));
}
