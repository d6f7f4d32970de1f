import type { Context, Evaluation } from "../context.ts";
import { appendPair, copy, dereference, lookup, placeAt, sequence, YqNode } from "../node.ts";
import type { Expression } from "../syntax/ast.ts";
import { isTogether, separated } from "./cross.ts";
import { blockMaps } from "./merge.ts";

/** `[exp]`: a sequence of all results; for every node its own unless whole documents are evaluated together. */
export function collect(run: Evaluation, inner: Expression | undefined, context: Context): readonly YqNode[] {
  return separated(context).map((at) => {
    const list = sequence(inner === undefined ? [] : collected(run, inner, at));
    if (at.nodes[0] !== undefined) placeAt(list, at.nodes[0]);
    return list;
  });
}

/** Of documents that are evaluated together each gives its results in turn; a key that is not there gives none then. */
function collected(run: Evaluation, inner: Expression, at: Context): readonly YqNode[] {
  if (at.nodes.length === 0 || !isTogether(at)) return run.run(inner, at);
  return at.nodes.flatMap((node) => run.readOn(inner, node, at));
}

interface Entry {
  readonly key: Expression;
  readonly value: Expression;
}

/** `{key: value, ...}`: for each node, a map for every combination of the keys' and values' results. */
export function createObject(run: Evaluation, entries: readonly Entry[], context: Context): readonly YqNode[] {
  const each = context.nodes.length === 0 ? [context] : context.nodes.map((node) => ({ ...context, nodes: [node] }));
  return each.flatMap((at) => {
    const start = new YqNode("map", "!!map");
    if (at.nodes[0] !== undefined && entries.length > 0) start.origin = { ...at.nodes[0].origin, together: false };
    let maps: readonly YqNode[] = [start];
    for (const [index, entry] of entries.entries()) {
      const found = combinations(run, entry, at);
      maps = maps.flatMap((map) =>
        found.map(([key, value]) => {
          const result = copy(map);
          // The entries after the first are merged in, and maps come out of a merge as blocks.
          put(result, key, index === 0 ? copy(value) : blockMaps(copy(value)));
          return result;
        }),
      );
    }
    return maps;
  });
}

/** `key: value` without braces: a list that holds, for each node, the list of its maps. */
export function createPairs(run: Evaluation, entry: Entry, context: Context): readonly YqNode[] {
  const each = context.nodes.length === 0 ? [context] : context.nodes.map((node) => ({ ...context, nodes: [node] }));
  const lists = each.map((at) => {
    const list = sequence(createObject(run, [entry], at));
    list.style = "flow";
    return list;
  });
  return [sequence(lists)];
}

function combinations(run: Evaluation, entry: Entry, context: Context): readonly (readonly [YqNode, YqNode])[] {
  const keys = run.run(entry.key, context);
  const values = run.run(entry.value, context);
  return keys.flatMap((key) => values.map((value) => [key, value] as const));
}

function put(map: YqNode, key: YqNode, fresh: YqNode): void {
  const name = copy(dereference(key));
  name.anchor = "";
  name.head = [];
  name.foot = [];
  name.line = "";
  const there = lookup(map, name.value);
  if (there === undefined) {
    appendPair(map, name, fresh);
    return;
  }
  const at = map.content.indexOf(there);
  map.content[at] = fresh;
  fresh.parent = map;
  fresh.key = map.content[at - 1];
}
