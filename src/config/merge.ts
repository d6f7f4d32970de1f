import type { Layer, Layers } from "./layer.ts";
import { Origins } from "./origins.ts";
import { type DefinitionName, definitionOf, type Field } from "./schema.ts";
import type { PartialConfig } from "./types.ts";

type Fields = Readonly<Record<string, unknown>>;

interface Source {
  readonly layer: Layer;
  readonly fields: Fields;
}

const elementsOf = (source: Source, name: string): readonly unknown[] =>
  Array.isArray(source.fields[name]) ? (source.fields[name] as readonly unknown[]) : [];

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Fields that a file sets, but for mappings without a field. Files set few of all fields, and only those are looked at. */
function givenIn(sources: readonly Source[]): ReadonlySet<string> {
  const given = new Set<string>();
  for (const { fields } of sources)
    for (const name in fields) {
      const value = fields[name];
      if (value !== undefined && !isEmptyMapping(value)) given.add(name);
    }
  return given;
}

function isEmptyMapping(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

function mergeList(field: Field, path: string, sources: readonly Source[], origins: Origins): readonly unknown[] {
  const order = field.merge === "unique" ? sources.toReversed() : sources;
  const used = field.merge === "highest" ? order.filter((each) => elementsOf(each, field.name).length > 0) : order;
  const merged = (field.merge === "highest" ? used.slice(0, 1) : used).flatMap((source) =>
    elementsOf(source, field.name).map((value, index) => ({ value, origin: { layer: source.layer, index } })),
  );
  const seen = new Set<unknown>();
  const kept =
    field.merge === "unique" ? merged.filter(({ value }) => !seen.has(value) && seen.add(value) !== undefined) : merged;
  origins.noteList(
    path,
    kept.map((each) => each.origin),
  );
  return kept.map((each) => each.value);
}

function mergeField(field: Field, path: string, sources: readonly Source[], origins: Origins): unknown {
  switch (field.type.kind) {
    case "list":
      return mergeList(field, path, sources, origins);
    case "map":
    case "freeMap":
      return Object.fromEntries(
        sources
          .toReversed()
          .flatMap(({ fields }) => (isFields(fields[field.name]) ? Object.entries(fields[field.name] as Fields) : [])),
      );
    case "struct":
      if (field.type.name !== "BaseTemplates")
        return mergeFields(
          field.type.name,
          `${path}.`,
          sources.map(({ layer, fields }) => ({
            layer,
            fields: isFields(fields[field.name]) ? (fields[field.name] as Fields) : {},
          })),
          origins,
        );
      return sources.find(({ fields }) => fields[field.name] !== undefined)?.fields[field.name];
    default:
      return sources.find(({ fields }) => fields[field.name] !== undefined)?.fields[field.name];
  }
}

function mergeFields(name: DefinitionName, prefix: string, sources: readonly Source[], origins: Origins): Fields {
  const merged: Record<string, unknown> = {};
  const given = givenIn(sources);
  for (const field of definitionOf(name).fields) {
    if (field.merge === "keyed" || !given.has(field.name)) continue;
    const from = field.merge === "own" ? sources.slice(1, 2) : sources;
    const value = mergeField(field, `${prefix}${field.name}`, from, origins);
    if (value !== undefined) merged[field.name] = value;
  }
  return merged;
}

/**
 * Combines override.yaml, lima.yaml and default.yaml: of scalars the highest wins, lists are joined highest first, maps
 * by key with the highest winning; `Field.merge` names the exceptions. `mounts` and `networks` are left to the filling.
 */
export function mergeLayers(layers: Layers): { readonly merged: PartialConfig; readonly origins: Origins } {
  const origins = new Origins(layers);
  const sources = [layers.override, layers.main, layers.default].map((layer) => ({
    layer,
    fields: layer.config as Fields,
  }));
  return { merged: mergeFields("LimaYAML", "", sources, origins) as PartialConfig, origins };
}
