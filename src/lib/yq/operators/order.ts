import { UserError } from "../../errors.ts";
import type { Context, Evaluation, OperatorTable } from "../context.ts";
import { copy, dereference, pairs, sequence, setContent, type YqNode } from "../node.ts";
import type { Expression } from "../syntax/ast.ts";
import { forEach, onlyArgument } from "./arguments.ts";
import { byBytes, compareOrder, sortOrder } from "./compare.ts";
import { nicePath, stringOf } from "./texts.ts";

const self: Expression = { type: "self" };

/** A copy of a collection with other children (of a map: entries). */
function rearranged(node: YqNode, content: readonly YqNode[]): YqNode {
  const result = copy(node);
  setContent(result, content.map(copy));
  return result;
}

function sorted(run: Evaluation, given: YqNode, by: Expression, context: Context): YqNode {
  const node = dereference(given);
  if (node.kind !== "seq" && node.kind !== "map")
    throw new UserError(`node at path [${nicePath(node)}] is not an array or map (it's a ${node.tag})`);
  const entries = node.kind === "map" ? [...pairs(node)] : node.content.map((item) => [item] as const);
  const keyed = entries.map((entry) => ({
    entry,
    keys: run.readOn(by, entry.at(-1)!, context),
  }));
  keyed.sort((a, b) => compareKeys(a.keys, b.keys, context.dateLayout));
  return rearranged(
    node,
    keyed.flatMap(({ entry }) => [...entry]),
  );
}

function compareKeys(left: readonly YqNode[], right: readonly YqNode[], dateLayout: string | undefined): number {
  for (let i = 0; i < left.length && i < right.length; i++) {
    const sign = sortOrder(left[i]!, right[i]!, dateLayout);
    if (sign !== 0) return sign;
  }
  return left.length - right.length;
}

/** What `unique_by` and `group_by` compare: the text of the first result, "null" when there is none. */
function groupKey(run: Evaluation, node: YqNode, by: Expression, context: Context): string {
  const [key] = run.readOn(by, node, context);
  return key === undefined ? "null" : stringOf(key);
}

function itemsOf(name: string, given: YqNode): readonly YqNode[] {
  const node = dereference(given);
  if (node.kind !== "seq") throw new UserError(`only arrays are supported for ${name}`);
  return node.content;
}

function unique(run: Evaluation, given: YqNode, by: Expression, context: Context): YqNode {
  const seen = new Set<string>();
  const kept = itemsOf("unique", given).filter((item) => {
    const key = groupKey(run, item, by, context);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return rearranged(dereference(given), kept);
}

function grouped(run: Evaluation, given: YqNode, by: Expression, context: Context): YqNode {
  const groups = new Map<string, YqNode[]>();
  for (const item of itemsOf("group by", given)) {
    const key = groupKey(run, item, by, context);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return sequence([...groups.values()].map((group) => sequence(group)));
}

/** The items of a sequence or the values of a map; none of anything else. */
function valuesOf(given: YqNode): readonly YqNode[] {
  const node = dereference(given);
  return node.kind === "map" ? [...pairs(node)].map(([, value]) => value) : node.content;
}

function extreme(sign: 1 | -1) {
  return forEach(sign === 1 ? "max" : "min", (given, _run, context) => {
    let best: YqNode | undefined;
    for (const item of valuesOf(given))
      if (best === undefined || compareOrder(item, best, (order) => order * sign > 0, context.dateLayout)) best = item;
    return best;
  });
}

function sortKeys(given: YqNode): void {
  const node = dereference(given);
  if (node.kind !== "map") return;
  const entries = [...pairs(node)].sort(([a], [b]) => byBytes(a.value, b.value));
  setContent(node, entries.flat());
}

const perNode =
  (name: string, make: (run: Evaluation, node: YqNode, by: Expression, context: Context) => YqNode) =>
  (run: Evaluation, args: readonly Expression[], context: Context): readonly YqNode[] =>
    context.nodes.map((node) => make(run, node, onlyArgument(name, args), context));

/** Operators that order and group: `sort`, `sort_by`, `sort_keys`, `reverse`, `unique`, `group_by`, `min`, `max`, `shuffle`. */
export const orderOperators: OperatorTable = {
  sort: forEach("sort", (node, run, context) => sorted(run, node, self, context)),
  sort_by: perNode("sort_by", sorted),
  sort_keys: (run, args, context) => {
    for (const node of context.nodes)
      for (const target of run.readOn(onlyArgument("sort_keys", args), node, context)) sortKeys(target);
    return context.nodes;
  },
  reverse: forEach("reverse", (given) => {
    const node = dereference(given);
    if (node.kind !== "seq")
      throw new UserError(`node at path [${nicePath(node)}] is not an array (it's a ${node.tag})`);
    return rearranged(node, [...node.content].reverse());
  }),
  unique: forEach("unique", (node, run, context) => unique(run, node, self, context)),
  unique_by: perNode("unique_by", unique),
  group_by: perNode("group_by", grouped),
  min: extreme(-1),
  max: extreme(1),
  shuffle: forEach("shuffle", (given, run) => {
    const { random } = run.access;
    if (random === undefined) throw new UserError("`shuffle` is not available here");
    const items = [...itemsOf("shuffle", given)];
    for (let i = items.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [items[i], items[j]] = [items[j]!, items[i]!];
    }
    return rearranged(dereference(given), items);
  }),
};
