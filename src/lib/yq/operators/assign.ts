import { attach } from "../attach.ts";
import type { Context, Evaluation } from "../context.ts";
import { copy, type YqNode } from "../node.ts";
import type { BinaryName, Expression } from "../syntax/ast.ts";
import { updateFrom } from "./assign-values.ts";
import { assignAttribute } from "./attributes.ts";

type Binary = Extract<Expression, { type: "binary" }>;
type SetAttribute = Extract<Expression, { type: "set-attribute" }>;

/**
 * `target = value` (the value is evaluated once, for the nodes the whole expression is applied to; the
 * last result counts) and `target |= value` (for each target; the first result counts); none changes nothing. Yields the nodes it was applied to.
 */
export function assign(run: Evaluation, expression: Binary, context: Context): readonly YqNode[] {
  const relative = expression.name === "update";
  const found = run.run(expression.left, { ...context, readOnly: false });
  const targets = relative ? innermostFirst(found) : found;
  const shared = relative ? undefined : run.read(expression.right, context).at(-1);
  for (const target of targets) {
    const value = relative ? run.runOn(expression.right, target, context)[0] : shared;
    if (value === undefined) continue;
    // the value may be part of the target, or hold it
    const fresh = copy(value);
    const options = { clobberTags: expression.flags.includes("c"), keepAnchor: true };
    updateFrom(attach(target), fresh, options);
  }
  return context.nodes;
}

/** Targets such that none is replaced before those inside of it are changed (`.. |= ...`); otherwise in their order. */
function innermostFirst(targets: readonly YqNode[]): readonly YqNode[] {
  const all = new Set(targets);
  const isInside = (node: YqNode): boolean => {
    for (let at = node.parent; at !== undefined; at = at.parent) if (all.has(at)) return true;
    return false;
  };
  return targets.some(isInside) ? [...targets].reverse() : targets;
}

const calculations: Readonly<Partial<Record<BinaryName, BinaryName>>> = {
  "add-assign": "add",
  "subtract-assign": "subtract",
  "multiply-assign": "multiply",
  "divide-assign": "divide",
  "modulo-assign": "modulo",
  "alternative-assign": "alternative",
};

/** `target += value` and its kin: `target = target + value` for each target, the value evaluated for the outer nodes. */
export function compoundAssign(run: Evaluation, expression: Binary, context: Context): readonly YqNode[] {
  const name = calculations[expression.name]!;
  const variable = "\0target";
  for (const target of run.run(expression.left, { ...context, readOnly: false })) {
    const variables = new Map(context.variables).set(variable, [copy(target)]);
    const calculation: Expression = { ...expression, name, left: { type: "variable", name: variable } };
    const result = run.run(calculation, { ...context, variables }).at(-1);
    if (result === undefined) continue;
    updateFrom(attach(target), copy(result), { clobberTags: expression.flags.includes("c"), keepAnchor: true });
  }
  return context.nodes;
}

/** `target style = value` and the other attributes; like assignments, for `|=` the value is evaluated for each target. */
export function setAttribute(run: Evaluation, expression: SetAttribute, context: Context): readonly YqNode[] {
  const targets = run.run(expression.target, { ...context, readOnly: false });
  const shared = expression.relative ? undefined : run.read(expression.value, context)[0];
  for (const target of targets) {
    const value = expression.relative ? run.readOn(expression.value, target, context)[0] : shared;
    assignAttribute(attach(target), expression.attribute, value?.value ?? "", context);
  }
  return context.nodes;
}
