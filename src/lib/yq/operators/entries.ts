import { UserError } from "../../errors.ts";
import type { Context, Evaluation, OperatorTable } from "../context.ts";
import {
  copy,
  dereference,
  int,
  isNull,
  lookup,
  mapping,
  noOrigin,
  pairs,
  sequence,
  setContent,
  text,
  YqNode,
} from "../node.ts";
import type { Expression } from "../syntax/ast.ts";
import { onlyArgument } from "./arguments.ts";

/** @param loose whether what stands above an entry goes to its value, so that it is not lost */
function toEntries(given: YqNode, loose: boolean): readonly YqNode[] {
  const node = dereference(given);
  if (isNull(node)) return [];
  const entry = (key: YqNode, value: YqNode): YqNode => {
    const name = copy(key);
    const result = mapping([[text("key"), name]]);
    const held = text("value");
    if (loose) {
      held.head = name.head;
      name.head = [];
    }
    setContent(result, [...result.content, held, copy(value)]);
    return result;
  };
  if (node.kind === "map") {
    const result = sequence([...pairs(node)].map(([key, value]) => entry(key, value)));
    if (loose && node.parent === undefined) {
      result.head = node.head;
      result.preamble = node.preamble;
    }
    return [result];
  }
  if (node.kind === "seq") return [sequence(node.content.map((value, i) => entry(int(i), value)))];
  throw new UserError(`${node.tag} has no keys`);
}

function fromEntries(given: YqNode): YqNode {
  const node = dereference(given);
  if (node.kind !== "seq") throw new UserError("from entries only runs against arrays");
  const result = new YqNode("map", "!!map");
  result.style = node.style;
  const content = node.content.flatMap((item, position) => {
    const entry = dereference(item);
    const key = lookup(entry, "key");
    const value = lookup(entry, "value");
    const lacks = key === undefined ? "key" : value === undefined ? "value" : undefined;
    if (entry.kind !== "map" || key === undefined || value === undefined)
      throw new UserError(`expected to find one '${lacks ?? "key"}' entry but found 0 in position ${position}`);
    return [copy(key), copy(value)];
  });
  setContent(result, content);
  return result;
}

function withEntries(run: Evaluation, given: YqNode, body: Expression, context: Context): readonly YqNode[] {
  const node = dereference(given);
  return toEntries(node, false).map((entries) => {
    const kept = entries.content.flatMap((entry) => run.runOn(body, entry, context));
    const result = fromEntries(sequence(kept));
    const shell = copy(node);
    if (shell.kind !== "map") return result;
    shell.style = "";
    shell.origin = noOrigin;
    shell.anchor = "";
    shell.parent = undefined;
    shell.key = undefined;
    setContent(shell, result.content);
    return shell;
  });
}

/** `to_entries`, `from_entries`, `with_entries`. */
export const entryOperators: OperatorTable = {
  to_entries: (_run, _args, context) => context.nodes.flatMap((node) => toEntries(node, true)),
  from_entries: (_run, _args, context) => context.nodes.map(fromEntries),
  with_entries: (run, args, context) =>
    context.nodes.flatMap((node) => withEntries(run, node, onlyArgument("with_entries", args), context)),
};
