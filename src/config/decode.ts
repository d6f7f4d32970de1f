import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from "yaml";
import { UserError } from "../lib/errors.ts";
import { ScalarError, scalarValue, toBool, toInt, toIp, toText } from "./decode-scalar.ts";
import { nearestNames } from "./nearest.ts";
import { type Place, placeNear } from "./place.ts";
import { type DefinitionName, definitionOf, type Field, type FieldType, fieldsByName } from "./schema.ts";
import type { PartialConfig } from "./types.ts";
import type { ConfigWarning } from "./warning.ts";
import { parseYaml, type YamlDocument, yamlError } from "./yaml-document.ts";

/** A lima.yaml text as data, with the place of each field in the text. */
export interface Decoded {
  readonly config: PartialConfig;
  readonly warnings: readonly ConfigWarning[];
  /** By field path, such as `images[0].location`. */
  readonly places: ReadonlyMap<string, Place>;
}

/** Most nodes that aliases may add: guards against texts that grow without bound. */
const maxAliasNodes = 100_000;
const maxDepth = 200;
const maxReports = 20;

interface Problem {
  readonly offset: number;
  /** Of the field; empty for the document. */
  readonly path: string;
  readonly text: string;
}

/** How the text of a field is read. */
type Reading = Pick<Field, "digits" | "bytes">;

/** Reads the nodes of one document by their types, and notes places, problems and unknown fields. */
export class Decoder {
  readonly places = new Map<string, Place>();
  readonly problems: Problem[] = [];
  readonly unknown: Problem[] = [];
  private aliasNodes = 0;
  private aliasDepth = 0;
  private depth = 0;

  constructor(
    private readonly yaml: YamlDocument,
    private readonly what: string,
  ) {}

  /** The node itself, or what an alias stands for; undefined when null or missing. */
  private enter<T>(given: unknown, read: (node: Node) => T): T | undefined {
    let node = given as Node | null | undefined;
    const viaAlias = isAlias(node);
    if (isAlias(node)) node = this.yaml.targets.get(node);
    if (node === null || node === undefined) return undefined;
    this.depth += 1;
    if (viaAlias) this.aliasDepth += 1;
    if (this.aliasDepth > 0) this.aliasNodes += 1;
    if (this.depth > maxDepth) throw yamlError(this.what, `nested deeper than ${maxDepth} levels`);
    if (this.aliasNodes > maxAliasNodes)
      throw yamlError(this.what, `aliases stand for more than ${maxAliasNodes} values`);
    try {
      return read(node);
    } finally {
      this.depth -= 1;
      if (viaAlias) this.aliasDepth -= 1;
    }
  }

  private problem(node: Node, path: string, text: string): undefined {
    this.problems.push({ offset: node.range?.[0] ?? 0, path, text: path === "" ? text : `field \`${path}\` ${text}` });
    return undefined;
  }

  private scalar<T>(node: Node, path: string, read: (node: Scalar) => T | undefined): T | undefined {
    if (!isScalar(node)) return this.problem(node, path, `must be a single value, got a ${kindOf(node)}`);
    try {
      return read(node);
    } catch (error) {
      if (error instanceof ScalarError) return this.problem(node, path, error.message);
      throw error;
    }
  }

  /** A value of the given type, or undefined where the text has null. */
  value(given: unknown, type: FieldType, path: string, reading: Reading = {}): unknown {
    return this.enter(given, (node) => {
      if (isScalar(node) && this.isNull(node)) return undefined;
      switch (type.kind) {
        case "string":
          return this.scalar(node, path, (item) =>
            toText(item, scalarValue(item, reading.bytes), reading.digits === true),
          );
        case "int":
          return this.scalar(node, path, (item) => toInt(scalarValue(item)));
        case "bool":
          return this.scalar(node, path, (item) => toBool(scalarValue(item)));
        case "ip":
          return this.scalar(node, path, (item) => toIp(scalarValue(item)));
        case "ports":
          return this.ports(node, path);
        case "any":
          return this.any(node, path);
        case "freeMap":
          return isMap(node) ? this.any(node, path) : this.problem(node, path, `must be a mapping, got ${aKind(node)}`);
        case "list":
          return this.list(node, type.of, path);
        case "map":
          return this.map(node, type.of, path);
        case "struct":
          return type.name === "BaseTemplates" ? this.base(node, path) : this.struct(node, type.name, path);
      }
    });
  }

  private isNull(node: Scalar): boolean {
    try {
      return scalarValue(node) === null;
    } catch {
      return false;
    }
  }

  private list(node: Node, of: FieldType, path: string): unknown {
    if (!isSeq(node)) return this.problem(node, path, `must be a list, got ${aKind(node)}`);
    return node.items.map((item, index) => {
      const at = `${path}[${index}]`;
      this.note(at, item as Node | null);
      return this.value(item, of, at) ?? emptyOf(of);
    });
  }

  private ports(node: Node, path: string): unknown {
    if (!isSeq(node) || node.items.length !== 2)
      return this.problem(node, path, "must be a list of two ports, the first and the last");
    return this.list(node, { kind: "int" }, path);
  }

  private base(node: Node, path: string): unknown {
    const locator: FieldType = { kind: "struct", name: "LocatorWithDigest" };
    if (isSeq(node)) return this.list(node, locator, path);
    if (isScalar(node)) return [this.value(node, locator, `${path}[0]`)];
    return this.problem(node, path, "must be a locator or a list of locators, got a mapping");
  }

  private map(node: Node, of: FieldType, path: string): unknown {
    const entries: [string, unknown][] = [];
    this.pairs(node, path, (key, pair) => {
      const at = `${path}.${key}`;
      this.note(at, pair.key as Node);
      entries.push([key, this.value(pair.value, of, at) ?? emptyOf(of)]);
    });
    return plainObject(entries);
  }

  private struct(node: Node, name: DefinitionName, path: string): unknown {
    const { shorthand } = definitionOf(name);
    if (isScalar(node) && shorthand !== undefined)
      return this.scalar(node, path, (item) => ({ [shorthand]: toText(item, scalarValue(item), false) }));
    const known = fieldsByName(name);
    const entries: [string, unknown][] = [];
    this.pairs(node, path, (key, pair) => {
      const field = known.get(key);
      const at = path === "" ? key : `${path}.${key}`;
      if (field === undefined) {
        // Only what is reported is worth the search.
        const [near] = this.unknown.length < maxReports ? nearestNames(key, known.keys(), 1) : [];
        const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
        this.unknown.push({
          offset: (pair.key as Node).range?.[0] ?? 0,
          path: at,
          text: `unknown field "${at}"${hint}`,
        });
        return;
      }
      this.note(at, pair.key as Node);
      const value = this.value(pair.value, field.type, at, field);
      if (value !== undefined) entries.push([key, value]);
    });
    return plainObject(entries);
  }

  /** Calls `each` for every pair, those of merge keys (`<<`) after the mapping's own and only where it lacks the key. */
  private pairs(node: Node, path: string, each: (key: string, pair: Pair) => void): void {
    if (!isMap(node)) {
      this.problem(node, path, `${path === "" ? "the document " : ""}must be a mapping, got ${aKind(node)}`);
      return;
    }
    const seen = new Set<string>();
    const visitMap = (map: YAMLMap): void => {
      const merged: unknown[] = [];
      for (const pair of map.items) {
        if (!isScalar(pair.key)) {
          this.problem(map, path, "must have plain keys");
          continue;
        }
        const key = pair.key.type === "PLAIN" ? (pair.key.source ?? "") : String(pair.key.value);
        if (key === "<<" && pair.key.type === "PLAIN") {
          merged.push(pair.value);
          continue;
        }
        if (seen.has(key)) continue;
        seen.add(key);
        each(key, pair);
      }
      for (const value of merged) this.enter(value, (target) => this.mergeSource(target, path, visitMap));
    };
    visitMap(node);
  }

  private mergeSource(node: Node, path: string, visitMap: (map: YAMLMap) => void): void {
    if (isMap(node)) visitMap(node);
    else if (isSeq(node))
      for (const item of node.items) this.enter(item, (target) => this.mergeSource(target, path, visitMap));
    else this.problem(node, path, "can only merge mappings with `<<`");
  }

  private any(given: unknown, path: string): unknown {
    return this.enter(given, (node) => {
      if (isMap(node)) {
        const entries: [string, unknown][] = [];
        this.pairs(node, path, (key, pair) => {
          const at = `${path}.${key}`;
          this.note(at, pair.key as Node);
          entries.push([key, this.any(pair.value, at) ?? null]);
        });
        return plainObject(entries);
      }
      if (isSeq(node)) return node.items.map((item, index) => this.any(item, `${path}[${index}]`) ?? null);
      return this.scalar(node, path, (item) => {
        const value = scalarValue(item);
        return typeof value === "bigint" ? Number(value) : value;
      });
    });
  }

  private note(path: string, node: Node | null): void {
    const offset = node?.range?.[0];
    if (offset !== undefined) this.places.set(path, this.yaml.placeOf(offset));
  }
}

/** Own keys only, so that a key like `__proto__` is a key and nothing more. */
function plainObject(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries);
}

function emptyOf(type: FieldType): unknown {
  switch (type.kind) {
    case "string":
    case "ip":
      return "";
    case "int":
      return 0;
    case "bool":
      return false;
    case "list":
    case "ports":
      return [];
    case "any":
      return null;
    case "map":
    case "freeMap":
    case "struct":
      return {};
  }
}

function kindOf(node: Node): string {
  return isMap(node) ? "mapping" : isSeq(node) ? "list" : "single value";
}

function aKind(node: Node): string {
  return `a ${kindOf(node)}`;
}

interface Reported {
  /** The file, where it is not the text itself. */
  readonly file: string | undefined;
  readonly line: string;
}

function report(yaml: YamlDocument, problems: readonly Problem[], places?: Places): readonly Reported[] {
  const lines = problems.slice(0, maxReports).map(({ offset, path, text }) => {
    const { line, column, file } = placeNear(places?.(), path) ?? { ...yaml.placeOf(offset), file: undefined };
    return { file, line: `[${line}:${column}] ${text}` };
  });
  if (problems.length <= maxReports) return lines;
  return [...lines, { file: undefined, line: `and ${problems.length - maxReports} more` }];
}

/** Where the parts of a text that was put together were written, by field path. */
export type Places = () => ReadonlyMap<string, Place>;

/**
 * Reads a lima.yaml text. Unknown fields are warned about; an empty text is a config without any field.
 * @param what names the text in messages: ``main file `PATH` ``, ``default file `PATH` ``, ... or a locator
 * @param places asked only where something is wrong. @default the parts stand in the text itself
 * @throws UserError ``failed to unmarshal YAML (WHAT): [LINE:COLUMN] field `NAME` ...``
 */
export function decodeConfig(text: string, what: string, places?: Places): Decoded {
  const yaml = parseYaml(text, what);
  const decoder = new Decoder(yaml, what);
  const config = (decoder.value(yaml.contents, { kind: "struct", name: "LimaYAML" }, "") ?? {}) as PartialConfig;
  if (decoder.problems.length > 0)
    throw new UserError(
      report(yaml, decoder.problems, places)
        .map(({ file, line }) => yamlError(file ?? what, line).message)
        .join("\n"),
    );
  const warnings: ConfigWarning[] = [];
  if (decoder.unknown.length > 0)
    warnings.push({
      message: "Non-strict YAML detected; please check for typos",
      fields: {
        comment: what,
        error: report(yaml, decoder.unknown, places)
          .map(({ file, line }) => (file === undefined ? line : `${file}: ${line}`))
          .join("; "),
      },
    });
  return { config, warnings, places: decoder.places };
}
