import { UserError } from "../../errors.ts";
import { append, dereference, lookup, pairs, scalar, setContent, text, YqNode } from "../node.ts";
import { resolveTag } from "../tags.ts";
import { parseSnippet } from "./yaml-read.ts";

function cell(node: YqNode | undefined, index = 0): string {
  if (node === undefined) return "";
  const at = dereference(node);
  if (at.kind !== "scalar")
    throw new UserError(
      `csv encoding only works for arrays of scalars (string/numbers/booleans), child[${index}] is a ${at.tag}`,
    );
  return at.value;
}

function quoted(value: string, separator: string): string {
  const needs = value.includes(separator) || /["\r\n]/.test(value) || /^[ \t]/.test(value) || value === "\\.";
  return needs ? `"${value.replaceAll('"', '""')}"` : value;
}

function row(cells: readonly string[], separator: string): string {
  return `${cells.map((value) => quoted(value, separator)).join(separator)}\n`;
}

/**
 * A sequence of scalars (one row), of sequences (rows) or of maps (a header from the first map's keys, then rows) as CSV; the
 * same with tabs as TSV.
 */
export function printCsv(given: YqNode, separator: string): string {
  const node = dereference(given);
  if (node.kind === "scalar") return `${node.value}\n`;
  if (node.kind !== "seq") throw new UserError(`csv encoding only works for arrays, got: ${node.tag}`);
  const [first] = node.content.map(dereference);
  if (first === undefined) return "";
  if (first.kind === "scalar")
    return row(
      node.content.map((item, i) => cell(item, i)),
      separator,
    );
  if (first.kind === "seq")
    return node.content
      .map((line) => {
        const at = dereference(line);
        if (at.kind !== "seq")
          throw new UserError(`csv encoding only works for arrays of arrays, child is a ${at.tag}`);
        return row(
          at.content.map((item, i) => cell(item, i)),
          separator,
        );
      })
      .join("");
  const names = [...pairs(first)].map(([key]) => key.value);
  const rows = node.content.map((line) => {
    const at = dereference(line);
    if (at.kind !== "map")
      throw new UserError(
        `csv object encoding only works for arrays of flat objects (string key => string/numbers/boolean), child is a ${at.tag}`,
      );
    return row(
      names.map((name, i) => cell(lookup(at, name), i)),
      separator,
    );
  });
  return row(names, separator) + rows.join("");
}

/** The records of a CSV text (RFC 4180). @throws UserError for a quote that is never closed */
function records(source: string, separator: string): readonly (readonly string[])[] {
  const found: string[][] = [];
  let fields: string[] = [];
  let at = source.startsWith("\uFEFF") ? 1 : 0;
  while (at < source.length) {
    let field = "";
    if (source[at] === '"') {
      for (at++; ; at++) {
        if (at >= source.length) throw new UserError("csv: a quoted field is not closed");
        if (source[at] === '"' && source[at + 1] === '"') at++;
        else if (source[at] === '"') break;
        field += source[at];
      }
      at++;
    } else {
      const start = at;
      while (at < source.length && source[at] !== separator && source[at] !== "\n" && source[at] !== "\r") at++;
      field = source.slice(start, at);
    }
    fields.push(field);
    if (source[at] === separator) {
      at++;
      if (at >= source.length) fields.push("");
      continue;
    }
    if (source[at] === "\r") at++;
    if (source[at] === "\n") at++;
    if (fields.length > 1 || fields[0] !== "") found.push(fields);
    fields = [];
  }
  if (fields.length > 0) found.push(fields);
  return found;
}

function typed(value: string, parseValues: boolean): YqNode {
  // Only what could be a collection is worth parsing.
  if (parseValues && /^\s*[[{-]|:(?:\s|$)/.test(value)) {
    try {
      const parsed = parseSnippet(value);
      if (parsed.kind !== "scalar") return parsed;
    } catch {
      return text(value);
    }
  }
  const tag = resolveTag(value);
  return tag === "!!merge" ? text(value) : scalar(tag, value);
}

/**
 * A CSV or TSV text as a sequence of maps: the first row names the keys.
 *
 * @param parseValues whether values that are collections in YAML are read as such; scalars are typed in any case. @default true
 */
export function readCsv(source: string, separator: string, parseValues = true): YqNode {
  const [header, ...rows] = records(source, separator);
  const result = new YqNode("seq", "!!seq");
  for (const fields of rows) {
    const map = new YqNode("map", "!!map");
    setContent(
      map,
      (header ?? []).flatMap((name, i) => [text(name), typed(fields[i] ?? "", parseValues)]),
    );
    append(result, map);
  }
  return result;
}
