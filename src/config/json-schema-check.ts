import { type Json, jsonSchema } from "./json-schema.ts";
import { decodeYamlValue } from "./yaml-value.ts";

type Schema = { readonly [key: string]: Json };

const root = jsonSchema() as Schema;

/** Pointers into the schema have the form `#/$defs/NAME`. */
function resolve(pointer: string): Schema {
  let at: Json | undefined = root;
  for (const step of pointer.split("/").slice(1)) at = (at as Schema)[step];
  return at as Schema;
}

const isObject = (value: Json): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);

function hasType(value: Json, type: Json): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "integer":
      return typeof value === "number" && Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    default:
      return typeof value === type;
  }
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function* checkObject(value: Schema, schema: Schema, path: string): Iterable<string> {
  const properties = (schema.properties ?? {}) as { readonly [key: string]: Schema };
  for (const name of (schema.required ?? []) as readonly string[])
    if (!Object.hasOwn(value, name)) yield `at '${path}': missing property '${name}'`;
  for (const [key, each] of Object.entries(value)) {
    const at = `${path}/${key}`;
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property !== undefined) yield* check(each, property, at);
    else if (schema.additionalProperties === false) yield `at '${path}': additional properties '${key}' not allowed`;
    else if (isObject(schema.additionalProperties ?? null))
      yield* check(each, schema.additionalProperties as Schema, at);
  }
}

function* checkArray(value: readonly Json[], schema: Schema, path: string): Iterable<string> {
  const { minItems, maxItems, items } = schema;
  if (typeof minItems === "number" && value.length < minItems)
    yield `at '${path}': minItems: got ${value.length}, want ${minItems}`;
  if (typeof maxItems === "number" && value.length > maxItems)
    yield `at '${path}': maxItems: got ${value.length}, want ${maxItems}`;
  if (items === undefined) return;
  for (const [index, item] of value.entries()) yield* check(item, items as Schema, `${path}/${index}`);
}

function* check(value: Json, schema: Schema, path: string): Iterable<string> {
  if (typeof schema.$ref === "string") yield* check(value, resolve(schema.$ref), path);
  if (schema.type !== undefined && !hasType(value, schema.type))
    yield `at '${path}': got ${typeOf(value)}, want ${String(schema.type)}`;
  if (Array.isArray(schema.enum) && !schema.enum.some((each) => each === value))
    yield `at '${path}': value must be one of ${schema.enum.map((each) => JSON.stringify(each)).join(", ")}`;
  if (Array.isArray(schema.oneOf)) {
    const problems = schema.oneOf.map((each) => [...check(value, each as Schema, path)]);
    if (problems.every((each) => each.length > 0)) yield problems[0]?.[0] ?? "";
  }
  if (isObject(value)) yield* checkObject(value, schema, path);
  if (Array.isArray(value)) yield* checkArray(value, schema, path);
}

/**
 * Holds a lima.yaml text against the JSON schema, as `generate-jsonschema` does; knows the keywords that the schema has.
 * @returns what does not fit, one text each
 * @throws UserError when the text is no YAML
 */
export function schemaProblems(text: string, what: string): readonly string[] {
  return [...new Set(check(decodeYamlValue(text, what) as Json, root, ""))];
}
