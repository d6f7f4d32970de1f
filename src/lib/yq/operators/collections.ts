import { UserError } from "../../errors.ts";
import type { Context, Evaluation, OperatorTable } from "../context.ts";
import {
  bool,
  copy,
  dereference,
  int,
  isNull,
  isTrue,
  lookup,
  mapping,
  noOrigin,
  pairs,
  placeAt,
  scalar,
  sequence,
  setContent,
  text,
  YqNode,
} from "../node.ts";
import type { Expression } from "../syntax/ast.ts";
import { effectiveTag, parseInteger } from "../tags.ts";
import { firstText, forEach, onlyArgument } from "./arguments.ts";
import { splat } from "./paths.ts";
import { nicePath } from "./texts.ts";

/** Whether a value holds another: a text in a text, all keys of a map, all items of a sequence. */
function contains(leftGiven: YqNode, rightGiven: YqNode): boolean {
  const left = dereference(leftGiven);
  const right = dereference(rightGiven);
  if (isNull(left) || isNull(right)) return isNull(left) && isNull(right);
  if (left.kind !== right.kind) {
    throw new UserError(`${right.tag} cannot check contained in ${left.tag}`);
  }
  if (left.kind === "map") {
    return [...pairs(right)].every(([key, value]) => {
      const there = lookup(left, key.value);
      return there !== undefined && contains(there, value);
    });
  }
  if (left.kind === "seq")
    return right.content.every((wanted) =>
      left.content.some((item) => dereference(item).kind === dereference(wanted).kind && contains(item, wanted)),
    );
  if (effectiveTag(left) === "!!str" && effectiveTag(right) === "!!str") return left.value.includes(right.value);
  return left.value === right.value && effectiveTag(left) === effectiveTag(right);
}

function flattened(items: readonly YqNode[], depth: number): readonly YqNode[] {
  return items.flatMap((item) => {
    const at = dereference(item);
    return at.kind === "seq" && depth !== 0 ? flattened(at.content, depth - 1) : [item];
  });
}

function lengthOf(node: YqNode): number {
  const at = dereference(node);
  if (at.kind === "map") return at.content.length / 2;
  if (at.kind === "seq") return at.content.length;
  return isNull(at) ? 0 : Buffer.byteLength(at.value);
}

function keysOf(node: YqNode): YqNode {
  const at = dereference(node);
  if (at.kind === "map") {
    const result = sequence([...pairs(at)].map(([key]) => key));
    for (const key of result.content) key.origin = noOrigin;
    return result;
  }
  if (at.kind === "seq") return sequence(at.content.map((_, i) => int(i)));
  throw new UserError(`cannot get keys of ${at.tag}, keys only works for maps and arrays`);
}

function has(node: YqNode, wanted: YqNode): boolean {
  const at = dereference(node);
  if (at.kind === "map") return lookup(at, wanted.value) !== undefined;
  if (at.kind !== "seq" || wanted.tag !== "!!int") return false;
  const index = Number(parseInteger(wanted.value));
  return index >= 0 && index < at.content.length;
}

function quantifier(name: "any" | "all") {
  return (run: Evaluation, args: readonly Expression[], context: Context): readonly YqNode[] =>
    context.nodes.map((node) => {
      const at = dereference(node);
      if (at.kind !== "seq") throw new UserError(`${name} only supports arrays, was ${at.tag}`);
      const [condition] = args;
      const test = (item: YqNode): boolean =>
        condition === undefined ? isTrue(item) : run.readOn(condition, item, context).some(isTrue);
      const result = bool(name === "any" ? at.content.some(test) : at.content.every(test));
      placeAt(result, node);
      return result;
    });
}

function picked(node: YqNode, names: readonly YqNode[]): YqNode {
  const at = dereference(node);
  if (at.kind === "seq") {
    const result = sequence(
      names.map((name) => at.content[Number(parseInteger(name.value))]).filter((item) => item !== undefined),
    );
    result.style = at.style;
    result.head = at.head;
    result.line = at.line;
    result.foot = at.foot;
    return result;
  }
  if (at.kind !== "map") throw new UserError(`cannot pick indices from type ${at.tag} (${nicePath(node)})`);
  const result = copy(at);
  const entries = [...pairs(result)];
  const chosen = names.flatMap((name) => entries.filter(([key]) => key.value === name.value));
  setContent(result, chosen.flat());
  return result;
}

function omitted(node: YqNode, names: readonly YqNode[]): YqNode {
  const result = copy(dereference(node));
  const gone = new Set(names.map((name) => name.value));
  if (result.kind === "map") setContent(result, [...pairs(result)].filter(([key]) => !gone.has(key.value)).flat());
  else if (result.kind === "seq")
    setContent(
      result,
      result.content.filter((_, i) => !gone.has(String(i))),
    );
  else throw new UserError(`cannot omit indices from type ${result.tag} (${result.value})`);
  return result;
}

function namesOf(run: Evaluation, name: string, args: readonly Expression[], node: YqNode, context: Context) {
  const list = run.runOn(onlyArgument(name, args), node, context)[0];
  return list === undefined ? [] : dereference(list).content;
}

function pivoted(node: YqNode): YqNode {
  const rows = dereference(node);
  if (rows.kind !== "seq") throw new UserError(`cannot pivot node of type ${rows.tag}`);
  const single = rows.content.map(dereference).find(({ kind }) => kind !== "map" && kind !== "seq");
  if (single !== undefined)
    throw new UserError(`can only pivot elements of !!seq or !!map types, received ${single.tag}`);
  const kinds = new Set(rows.content.map((row) => dereference(row).kind));
  if (kinds.size > 1) throw new UserError("can only pivot elements of !!seq or !!map types, not a mixture");
  if (!kinds.has("map")) {
    const width = Math.max(0, ...rows.content.map((row) => dereference(row).content.length));
    return sequence(
      Array.from({ length: width }, (_, i) =>
        sequence(rows.content.map((row) => dereference(row).content[i] ?? scalar("!!null", ""))),
      ),
    );
  }
  const keys = new Map<string, YqNode>();
  for (const row of rows.content) for (const [key] of pairs(dereference(row))) keys.set(key.value, text(key.value));
  return mapping(
    [...keys.values()].map((key) => [
      key,
      sequence(rows.content.map((row) => lookup(dereference(row), key.value) ?? scalar("!!null", ""))),
    ]),
  );
}

/** Operators on whole collections: what is in them, how long they are, parts of them. */
export const collectionOperators: OperatorTable = {
  length: forEach("length", (node) => int(lengthOf(node))),
  keys: forEach("keys", keysOf),
  has: (run, args, context) =>
    context.nodes.map((node) => {
      const wanted = run.readOn(onlyArgument("has", args), node, context)[0];
      const result = bool(wanted !== undefined && has(node, dereference(wanted)));
      placeAt(result, node);
      return result;
    }),
  contains: (run, args, context) =>
    context.nodes.flatMap((node) =>
      run.readOn(onlyArgument("contains", args), node, context).map((wanted) => bool(contains(node, wanted))),
    ),
  not: forEach("not", (node) => bool(!isTrue(node))),
  any: quantifier("any"),
  any_c: quantifier("any"),
  all: quantifier("all"),
  all_c: quantifier("all"),
  flatten: (run, args, context) => {
    const depth = args.length === 0 ? -1 : Number(firstText(run, onlyArgument("flatten", args), context));
    return context.nodes.map((node) => {
      const at = dereference(node);
      if (at.kind !== "seq") throw new UserError("only arrays are supported for flatten");
      setContent(at, flattened(at.content, depth).map(copy));
      return at;
    });
  },
  pick: (run, args, context) => context.nodes.map((node) => picked(node, namesOf(run, "pick", args, node, context))),
  omit: (run, args, context) => context.nodes.map((node) => omitted(node, namesOf(run, "omit", args, node, context))),
  pivot: forEach("pivot", pivoted),
  collect: (run, args, context) => [sequence(run.run(onlyArgument("collect", args), context))],
  array_to_map: forEach("array_to_map", (node) => {
    if (dereference(node).kind === "map") return node;
    const result = new YqNode("map", "!!map");
    const items = splat(node);
    setContent(
      result,
      items.flatMap((item, i) => (isNull(dereference(item)) ? [] : [scalar("!!int", String(i)), copy(item)])),
    );
    return result;
  }),
};
