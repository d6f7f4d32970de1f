import { current } from "../attach.ts";
import type { Context, Evaluation } from "../context.ts";
import { bool, isTrue, noOrigin, placeAt, type YqNode } from "../node.ts";
import type { Expression } from "../syntax/ast.ts";
import { add, divide, modulo, subtract } from "./arithmetic.ts";
import { compareOrder, equals } from "./compare.ts";
import { multiply } from "./merge.ts";

type Binary = Extract<Expression, { type: "binary" }>;

/** What a binary operator makes of one left and one right value; undefined stands for "no result". */
type Calculation = (
  left: YqNode | undefined,
  right: YqNode | undefined,
  expression: Binary,
  context: Context,
) => YqNode | undefined;

interface Operation {
  readonly calculate: Calculation;
  /** Whether it is calculated when one side has no result. */
  readonly whenEmpty: boolean;
  /** Whether that is so only where there are nodes that it is applied to. */
  readonly needsNodes?: true;
  /** Whether its sides may make what they look up. */
  readonly makes?: true;
  /** Whether the right side is not evaluated for this left value, which is the result then. */
  readonly decided?: (left: YqNode | undefined) => YqNode | undefined;
}

const both =
  (make: (left: YqNode, right: YqNode, expression: Binary, context: Context) => YqNode): Calculation =>
  (left, right, expression, context) =>
    left === undefined || right === undefined ? undefined : make(left, right, expression, context);

const order = (accept: (sign: number) => boolean): Operation => ({
  calculate: (left, right, _expression, context) => bool(compareOrder(left, right, accept, context.dateLayout)),
  whenEmpty: true,
  makes: true,
});

const operations: Readonly<Partial<Record<Binary["name"], Operation>>> = {
  or: {
    calculate: (left, right) => bool(isTrue(left) || isTrue(right)),
    whenEmpty: true,
    decided: (left) => (isTrue(left) ? bool(true) : undefined),
  },
  and: {
    calculate: (left, right) => bool(isTrue(left) && isTrue(right)),
    whenEmpty: true,
    decided: (left) => (isTrue(left) ? undefined : bool(false)),
  },
  equals: { calculate: (left, right) => bool(equals(left, right)), whenEmpty: true, makes: true },
  "not-equals": { calculate: (left, right) => bool(!equals(left, right)), whenEmpty: true },
  less: order((sign) => sign < 0),
  "less-equal": order((sign) => sign <= 0),
  greater: order((sign) => sign > 0),
  "greater-equal": order((sign) => sign >= 0),
  add: {
    calculate: (left, right, _e, context) => add(left, right, context.dateLayout),
    whenEmpty: true,
    needsNodes: true,
  },
  subtract: {
    calculate: both((left, right, _e, context) => subtract(left, right, context.dateLayout)),
    whenEmpty: false,
  },
  multiply: {
    calculate: both((left, right, expression) => multiply(left, right, expression.flags)),
    whenEmpty: false,
  },
  divide: { calculate: both(divide), whenEmpty: false },
  modulo: { calculate: both(modulo), whenEmpty: false },
  alternative: {
    calculate: (left, right) => {
      // the right side may have created what the left side missed
      const now = left === undefined ? undefined : current(left);
      return isTrue(now) || right === undefined ? now : right;
    },
    whenEmpty: true,
    makes: true,
    decided: (left) => (isTrue(left) ? left : undefined),
  },
};

/** Whether all nodes are whole documents (or made from them) that are evaluated together (`eval-all`); parts of them never are. */
export function isTogether(context: Context): boolean {
  return context.nodes.every((node) => node.origin.together);
}

/** The contexts to evaluate one by one: one for each node, or a single one for documents that are evaluated together. */
export function separated(context: Context): readonly Context[] {
  if (context.nodes.length <= 1 || isTogether(context)) return [context];
  return context.nodes.map((node) => ({ ...context, nodes: [node] }));
}

/**
 * A binary operator for every pair of a left and a right result: node by node, or over all nodes at once where documents are
 * evaluated together.
 */
export function binaryResults(run: Evaluation, expression: Binary, context: Context): readonly YqNode[] {
  const operation = operations[expression.name];
  if (operation === undefined) throw new Error(`no operation ${expression.name}`);
  return separated(context).flatMap((at) => crossed(run, operation, expression, at));
}

/** The truth about a part of a document belongs to that document. */
function placeTruth(result: YqNode, left: YqNode | undefined): void {
  if (left?.parent === undefined || result.tag !== "!!bool") return;
  if (result.origin !== noOrigin) return;
  placeAt(result, left);
}

function crossed(run: Evaluation, operation: Operation, expression: Binary, context: Context): readonly YqNode[] {
  const results: YqNode[] = [];
  const found = (side: Expression): readonly (YqNode | undefined)[] =>
    operation.makes === true ? run.run(side, context) : run.read(side, context);
  const lefts = found(expression.left);
  const hasNodes = context.nodes.length > 0;
  const withoutRight = operation.whenEmpty && (hasNodes || operation.needsNodes !== true);
  for (const left of lefts.length === 0 && operation.whenEmpty && hasNodes ? [undefined] : lefts) {
    const decided = operation.decided?.(left);
    if (decided !== undefined) {
      placeTruth(decided, left);
      results.push(decided);
      continue;
    }
    const rights = found(expression.right);
    for (const right of rights.length === 0 && withoutRight ? [undefined] : rights) {
      const result = operation.calculate(left, right, expression, context);
      if (result === undefined) continue;
      placeTruth(result, left);
      results.push(result);
    }
  }
  return results;
}
