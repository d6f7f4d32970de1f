import { UserError } from "../../errors.ts";
import type { Context, Evaluation, OperatorTable } from "../context.ts";
import { copy, dereference, int, isNull, lookup, mapping, pairs, sequence, setContent, text, YqNode } from "../node.ts";
import type { Expression } from "../syntax/ast.ts";
import { onlyArgument } from "./arguments.ts";

function toEntries(given: YqNode): readonly YqNode[] {
  const node = dereference(given);
  if (isNull(node)) return [];
  const entry = (key: YqNode, value: YqNode): YqNode => {
    const name = copy(key);
    const result = mapping([[text("key"), name]]);
    const held = copy(value);
    setContent(result, [...result.content, text("value"), held]);
    return result;
  };
  if (node.kind === "map") return [sequence([...pairs(node)].map(([key, value]) => entry(key, value)))];
  if (node.kind === "seq") return [sequence(node.content.map((value, i) => entry(int(i), value)))];
  throw new UserError(`${node.tag} has no keys`);
}

function fromEntries(given: YqNode): YqNode {
  const node = dereference(given);
  if (node.kind !== "seq") throw new UserError("from entries only runs against arrays");
  const result = new YqNode("map", "!!map");
  const content = node.content.flatMap((item) => {
    const entry = dereference(item);
    const key = lookup(entry, "key");
    const value = lookup(entry, "value");
    if (entry.kind !== "map" || key === undefined || value === undefined)
      throw new UserError("could not find a value key in from_entries");
    return [copy(key), copy(value)];
  });
  setContent(result, content);
  return result;
}

function withEntries(run: Evaluation, given: YqNode, body: Expression, context: Context): readonly YqNode[] {
  const node = dereference(given);
  return toEntries(node).map((entries) => {
    const kept = entries.content.flatMap((entry) => run.runOn(body, entry, context));
    const result = fromEntries(sequence(kept));
    const shell = copy(node);
    if (shell.kind !== "map") return result;
    shell.style = "";
    setContent(shell, result.content);
    return shell;
  });
}

const placed = (results: readonly YqNode[], node: YqNode): readonly YqNode[] => {
  for (const result of results) result.origin = node.origin;
  return results;
};

/** `to_entries`, `from_entries`, `with_entries`. */
export const entryOperators: OperatorTable = {
  to_entries: (_run, _args, context) => context.nodes.flatMap((node) => placed(toEntries(node), node)),
  from_entries: (_run, _args, context) => context.nodes.flatMap((node) => placed([fromEntries(node)], node)),
  with_entries: (run, args, context) =>
    context.nodes.flatMap((node) => placed(withEntries(run, node, onlyArgument("with_entries", args), context), node)),
};
