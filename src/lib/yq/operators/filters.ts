import { UserError } from "../../errors.ts";
import { attach, remove } from "../attach.ts";
import type { Context, Evaluation, OperatorTable } from "../context.ts";
import { copy, dereference, isTrue, sequence, type YqNode } from "../node.ts";
import type { Expression } from "../syntax/ast.ts";
import { parseInteger } from "../tags.ts";
import { onlyArgument } from "./arguments.ts";
import { updateFrom } from "./assign-values.ts";
import { separated } from "./cross.ts";
import { splat } from "./paths.ts";

function holds(run: Evaluation, condition: Expression, node: YqNode, context: Context): boolean {
  return run.readOn(condition, node, context).some(isTrue);
}

function mapped(run: Evaluation, node: YqNode, body: Expression, context: Context): YqNode {
  const items = splat(node).flatMap((item) => run.runOn(body, item, context));
  const result = sequence(items);
  const at = dereference(node);
  result.style = at.style;
  if (at.kind === "seq") result.tag = at.tag;
  return result;
}

/** Operators that choose and rework values: `select`, `map`, `filter`, `with`, `del`, `first`, `limit`, `eval`, `error`, `if`. */
export const filterOperators: OperatorTable = {
  select: (run, args, context) => {
    const condition = onlyArgument("select", args);
    return context.nodes.filter((node) => holds(run, condition, node, context));
  },
  map: (run, args, context) => {
    const body = onlyArgument("map", args);
    // What has no children stays as it is.
    return context.nodes.map((node) => (splat(node).length === 0 ? copy(node) : mapped(run, node, body, context)));
  },
  filter: (run, args, context) => {
    const condition = onlyArgument("filter", args);
    const body: Expression = { type: "call", name: "select", args: [condition] };
    return context.nodes.map((node) => mapped(run, node, body, context));
  },
  map_values: (run, args, context) => {
    const body = onlyArgument("map_values", args);
    for (const node of context.nodes) {
      // All are evaluated before any changes, so that each sees the others as they were.
      const values = splat(node).map((child) => [child, run.runOn(body, child, context)[0]] as const);
      for (const [child, value] of values.toReversed()) {
        if (value === undefined) remove(child);
        else updateFrom(attach(child), copy(value), { clobberTags: false, keepAnchor: false });
      }
    }
    return context.nodes;
  },
  with: (run, args, context) => {
    const [path, body] = args;
    if (path === undefined || body === undefined)
      throw new UserError("`with` takes a path and an expression: with(path; exp)");
    for (const node of run.run(path, context)) run.runOn(body, node, context);
    return context.nodes;
  },
  del: (run, args, context) => {
    for (const node of [...run.read(onlyArgument("del", args), context)].reverse()) {
      // A whole document is the last that goes.
      if (node.parent === undefined) return context.nodes.filter((other) => other !== node);
      remove(node);
    }
    return context.nodes;
  },
  first: (run, args, context) =>
    context.nodes.flatMap((node) => {
      const [condition] = args;
      const found = splat(node).find(
        (item) => condition === undefined || run.runOn(condition, item, context).some(isTrue),
      );
      return found === undefined ? [] : [found];
    }),
  limit: (run, args, context) => {
    const [count, body] = args;
    if (count === undefined || body === undefined)
      throw new UserError("`limit` takes a number and an expression: limit(n; exp)");
    return context.nodes.flatMap((node) => {
      const number = run.runOn(count, node, context)[0];
      return run.runOn(body, node, context).slice(0, Math.max(0, Number(parseInteger(number?.value ?? "0"))));
    });
  },
  eval: (run, args, context) =>
    separated(context).flatMap((at) =>
      run.read(onlyArgument("eval", args), at).flatMap((source) => run.run(run.parse(source.value), at)),
    ),
  error: (run, args, context) => {
    const [message] = args.length === 0 ? context.nodes : run.read(onlyArgument("error", args), context);
    throw new UserError(message?.value ?? "aborted");
  },
  if: (run, args, context) =>
    context.nodes.flatMap((node) => {
      const [test, yes, no] = args;
      const found = run.readOn(test!, node, context);
      const truths = found.length === 0 ? [false] : found.map(isTrue);
      return truths.flatMap((truth) => run.runOn(truth ? yes! : no!, node, context));
    }),
};
