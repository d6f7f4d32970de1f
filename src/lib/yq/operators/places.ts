import { UserError } from "../../errors.ts";
import { attach, missing, remove } from "../attach.ts";
import type { Context, Evaluation, OperatorTable } from "../context.ts";
import { bool, copy, dereference, int, pathOf, sequence, type YqNode } from "../node.ts";
import type { Expression } from "../syntax/ast.ts";
import { parseInteger } from "../tags.ts";
import { onlyArgument } from "./arguments.ts";
import { updateFrom } from "./assign-values.ts";
import { descend } from "./paths.ts";

function pathNode(node: YqNode): YqNode {
  const steps = pathOf(node).map((step) => {
    if (typeof step === "number") return int(step);
    const name = copy(dereference(step));
    if (name.tag === "!!merge") name.tag = "!!str";
    name.head = [];
    name.foot = [];
    name.line = "";
    name.anchor = "";
    return name;
  });
  return sequence(steps);
}

/** The node at a path (a sequence of keys and indexes) below another; a missing one when nothing is there. */
function follow(root: YqNode, path: YqNode): YqNode {
  if (path.kind !== "seq") throw new UserError(`a path must be a sequence of keys and indexes, got ${path.tag}`);
  let at = root;
  for (const step of path.content) {
    const holder = dereference(at);
    if (step.tag === "!!int" && holder.kind !== "map") {
      const index = Number(parseInteger(step.value));
      const position = index < 0 ? holder.content.length + index : index;
      at = holder.content[position] ?? missing(holder, Math.max(0, position));
    } else {
      const keys = holder.kind === "map" ? holder.content : [];
      const found = keys.findIndex((key, i) => i % 2 === 0 && key.value === step.value);
      at = found < 0 ? missing(holder, step) : keys[found + 1]!;
    }
  }
  return at;
}

function rootOf(node: YqNode): YqNode {
  let root = node;
  while (root.parent !== undefined) root = root.parent;
  return root;
}

function ancestors(node: YqNode): readonly YqNode[] {
  const found: YqNode[] = [];
  for (let at = node.parent; at !== undefined; at = at.parent) found.push(at);
  return found;
}

function parents(run: Evaluation, args: readonly Expression[], context: Context): readonly YqNode[] {
  const [argument] = args;
  const levels = argument === undefined ? 1 : Number(run.run(argument, context)[0]?.value);
  if (!Number.isInteger(levels)) throw new UserError("`parent` takes a number of levels");
  return context.nodes.flatMap((node) => {
    const chain = [node, ...ancestors(node)];
    // Negative numbers count from the root, and end at the node itself.
    const found = chain[levels < 0 ? Math.max(chain.length + levels, 0) : levels];
    return found === undefined ? [] : [found];
  });
}

/** Where nodes are: `key`, `path`, `parent`, `root`, and paths as values: `paths`, `getpath`, `setpath`, `delpaths`. */
export const placeOperators: OperatorTable = {
  key: (_run, _args, context) =>
    context.nodes.flatMap((node) =>
      node.key === undefined || node.isKey ? [] : [typeof node.key === "number" ? int(node.key) : node.key],
    ),
  is_key: (_run, _args, context) => context.nodes.map((node) => bool(node.isKey)),
  path: (run, args, context) =>
    (args.length === 0 ? context.nodes : run.run(onlyArgument("path", args), context)).map(pathNode),
  paths: (run, args, context) =>
    context.nodes.flatMap((root) => {
      const below = descend([root], false).slice(1);
      const [condition] = args;
      const chosen =
        condition === undefined
          ? below
          : below.filter((node) => run.runOn(condition, node, context)[0]?.value === "true");
      return chosen.map(pathNode);
    }),
  getpath: (run, args, context) =>
    context.nodes.flatMap((node) =>
      run.runOn(onlyArgument("getpath", args), node, context).map((path) => follow(node, dereference(path))),
    ),
  setpath: (run, args, context) => {
    const [path, value] = args;
    if (path === undefined || value === undefined)
      throw new UserError("`setpath` takes a path and a value: setpath(path; value)");
    for (const node of context.nodes) {
      const [steps] = run.readOn(path, node, context);
      const [wanted] = run.readOn(value, node, context);
      if (steps === undefined || wanted === undefined) continue;
      const target = attach(follow(node, dereference(steps)));
      updateFrom(target, copy(wanted), { clobberTags: false, keepAnchor: true });
    }
    return context.nodes;
  },
  delpaths: (run, args, context) => {
    for (const node of context.nodes) {
      const [list] = run.readOn(onlyArgument("delpaths", args), node, context);
      if (list === undefined) continue;
      // In turn: a path leads where it leads once those before it are gone.
      for (const path of dereference(list).content) remove(follow(node, dereference(path)));
    }
    return context.nodes;
  },
  parent: parents,
  parents: (_run, _args, context) => context.nodes.map((node) => sequence(ancestors(node))),
  root: (_run, _args, context) => context.nodes.map(rootOf),
};
