import {
  type Definition,
  type DefinitionName,
  definitionNames,
  definitionOf,
  type Field,
  type FieldType,
} from "./schema.ts";

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

function schemaOf(type: FieldType): JsonObject {
  switch (type.kind) {
    case "string":
      return { type: "string" };
    case "int":
      return { type: "integer" };
    case "bool":
      return { type: "boolean" };
    case "ip":
      return { type: "string", format: "ipv4" };
    case "ports":
      return { items: { type: "integer" }, type: "array", maxItems: 2, minItems: 2 };
    case "any":
      return {};
    case "list":
      return { items: schemaOf(type.of), type: "array" };
    case "map":
      return { additionalProperties: schemaOf(type.of), type: "object" };
    case "struct":
    case "freeMap":
      return { $ref: `#/$defs/${type.name}` };
  }
}

function propertyOf(field: Field): Json {
  const schema = schemaOf(field.type);
  const extras = field.schemaDefault === undefined ? {} : { default: field.schemaDefault };
  if (field.nullable !== true) return { ...schema, ...extras };
  const values = field.values === undefined ? {} : { enum: [null, ...field.values] };
  return { oneOf: [schema, { type: "null" }], ...values, ...extras };
}

function definitionSchema(name: DefinitionName, definition: Definition): Json {
  if (name === "VMOpts" || name === "OsOpts") return { type: "object" };
  if (name === "BaseTemplates")
    return { oneOf: [{ type: "string" }, { type: "array" }], items: { $ref: "#/$defs/LocatorWithDigest" } };
  const required = definition.fields.filter((field) => field.required === true).map((field) => field.name);
  const properties = Object.fromEntries(definition.fields.map((field) => [field.name, propertyOf(field)]));
  const body = {
    properties,
    additionalProperties: false,
    ...(definition.shorthand === undefined ? { type: "object" } : {}),
    ...(required.length === 0 ? {} : { required }),
  };
  return definition.shorthand === undefined ? body : { oneOf: [{ type: "string" }, { type: "object" }], ...body };
}

/** The JSON schema of lima.yaml (draft 2020-12), from the definitions that reading goes by. */
export function jsonSchema(): Json {
  const names = definitionNames.toSorted();
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "https://github.com/lima-vm/lima/v2/pkg/limatype/lima-yaml",
    $ref: "#/$defs/LimaYAML",
    $defs: Object.fromEntries(names.map((name) => [name, definitionSchema(name, definitionOf(name))])),
  };
}
