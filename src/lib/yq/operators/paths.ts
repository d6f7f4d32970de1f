import { UserError } from "../../errors.ts";
import { attach, become, current, missing } from "../attach.ts";
import type { Context, Evaluation } from "../context.ts";
import { copy, dereference, isNull, lookup, pairs, placeAt, setContent, text, YqNode } from "../node.ts";
import type { Expression } from "../syntax/ast.ts";
import { parseInteger } from "../tags.ts";
import { separated } from "./cross.ts";
import { matchesWildcard } from "./wildcard.ts";

/** `.key`: the value of a key for each node; a key that is not there yields a missing node. */
export function path(expression: Extract<Expression, { type: "path" }>, context: Context): readonly YqNode[] {
  return context.nodes.flatMap((node) => childrenByKey(node, text(expression.key), expression.optional, context));
}

/** All children of a collection; of anything else none. Null becomes an empty sequence by that. */
export function splat(node: YqNode): readonly YqNode[] {
  const at = dereference(current(node));
  if (!at.isMissing) become(at, "seq");
  if (at.kind === "seq") return at.content;
  return at.kind === "map" ? [...mergedEntries(at).values()] : [];
}

/** `target[...]`: all children, or those of the keys and indexes that the expression in the brackets yields. */
export function index(
  run: Evaluation,
  expression: Extract<Expression, { type: "index" }>,
  context: Context,
): readonly YqNode[] {
  const { target, index: keys, optional } = expression;
  if (keys === undefined) return run.run(target, context).flatMap((node) => splat(node));
  // each node has its own keys; only `[...][0]` is made of all of them
  const contexts =
    target.type === "collect" ? separated(context) : context.nodes.map((node) => ({ ...context, nodes: [node] }));
  return contexts.flatMap((at) => {
    const targets = run.run(target, at);
    const wanted = run.read(keys, at).map(dereference);
    return targets.flatMap((node) => {
      if (wanted[0] !== undefined) become(dereference(current(node)), wanted[0].tag === "!!int" ? "seq" : "map");
      return wanted.flatMap((key) => childrenByKey(node, key, optional, at));
    });
  });
}

function childrenByKey(given: YqNode, key: YqNode, optional: boolean, context: Context): readonly YqNode[] {
  const node = dereference(current(given));
  if (node.kind === "map") return mapChildren(node, key, context);
  if (node.kind === "seq") return seqChildren(node, key, optional);
  return isNull(node) && !context.readOnly ? [attach(missing(node, key))] : [];
}

function mapChildren(map: YqNode, key: YqNode, context: Context): readonly YqNode[] {
  const found = new Map<string, YqNode>();
  const merge = key.value === "<<" ? lookup(map, "<<") : undefined;
  if (merge !== undefined) return [merge];
  for (const [name, value] of mergedEntries(map)) {
    if (name.startsWith("\0")) continue;
    if (key.tag === "!!str" ? matchesWildcard(name, key.value) : name === key.value) found.set(name, value);
  }
  if (found.size > 0) return [...found.values()];
  return context.readOnly ? [] : [attach(missing(map, key))];
}

/**
 * A map's values by key text, in order, with the maps of `<<` merged in where they stand: a later entry wins, keeping the
 * earlier one's place, and of a list of maps the last one wins.
 */
function mergedEntries(map: YqNode, depth = 0): Map<string, YqNode> {
  const entries = new Map<string, YqNode>();
  if (depth > 100) throw new UserError("merge anchors are nested too deeply");
  for (const [key, value] of pairs(map)) {
    const name = dereference(key);
    if (key.tag !== "!!merge") {
      entries.set(name.kind === "scalar" ? name.value : `\0${entries.size}`, value);
      continue;
    }
    const merged = dereference(value);
    for (const source of merged.kind === "seq" ? merged.content.map(dereference) : [merged]) {
      // what is no map cannot be merged, but must not hide the rest
      if (source.kind !== "map") continue;
      for (const [inner, innerValue] of mergedEntries(source, depth + 1)) entries.set(inner, innerValue);
    }
  }
  return entries;
}

function seqChildren(seq: YqNode, key: YqNode, optional: boolean): readonly YqNode[] {
  if (key.value === "*" || key.value === "[]") return seq.content;
  let at: number;
  try {
    if (!/^[-+]?[0-9]/.test(key.value)) throw new SyntaxError();
    at = Number(parseInteger(key.value));
  } catch {
    if (optional) return [];
    const quoted = JSON.stringify(key.value);
    throw new UserError(`cannot index array with '${key.value}' (strconv.ParseInt: parsing ${quoted}: invalid syntax)`);
  }
  const position = at < 0 ? seq.content.length + at : at;
  if (position < 0) {
    if (optional) return [];
    throw new UserError(`index [${at}] out of range, array size is ${seq.content.length}`);
  }
  const found = seq.content[position];
  return [found ?? attach(missing(seq, position))];
}

/** `target[from:to]`: a new sequence (or string) of a part; negative numbers count from the end. */
export function slice(
  run: Evaluation,
  expression: Extract<Expression, { type: "slice" }>,
  context: Context,
): readonly YqNode[] {
  return separated(context).flatMap((at) => sliceAll(run, expression, at));
}

function sliceAll(
  run: Evaluation,
  expression: Extract<Expression, { type: "slice" }>,
  context: Context,
): readonly YqNode[] {
  const bound = (end: Expression | undefined, absent: number): number => {
    if (end === undefined) return absent;
    const value = run.run(end, context)[0];
    if (value === undefined || isNull(value)) return absent;
    return Number(parseInteger(value.value));
  };
  return run.run(expression.target, context).map((given) => {
    const node = dereference(given);
    if (node.kind === "scalar" && node.tag === "!!str") {
      const chars = [...node.value];
      const result = text(chars.slice(bound(expression.from, 0), bound(expression.to, chars.length)).join(""));
      placeAt(result, node);
      return result;
    }
    if (node.kind !== "seq" && !isNull(node)) throw new UserError(`cannot slice ${node.tag}, slices work on arrays`);
    const result = new YqNode("seq", "!!seq");
    placeAt(result, node);
    const { length } = node.content;
    const part = node.content.slice(bound(expression.from, 0), bound(expression.to, length));
    setContent(result, part.map(copy));
    return result;
  });
}

/** `..` (values) and `...` (keys too): the nodes and all below them; aliases are not followed. */
export function descend(nodes: readonly YqNode[], keys: boolean): readonly YqNode[] {
  const found: YqNode[] = [];
  const visit = (node: YqNode, depth: number): void => {
    if (depth > 10_000) throw new UserError("the document is nested too deeply");
    found.push(node);
    if (node.kind === "seq") for (const item of node.content) visit(item, depth + 1);
    if (node.kind !== "map") return;
    for (const [key, value] of pairs(node)) {
      if (keys) found.push(key);
      visit(value, depth + 1);
    }
  };
  for (const node of nodes) visit(node, 0);
  return found;
}
