import { UserError } from "../errors.ts";
import type { Access, Context, Evaluation } from "./context.ts";
import { copy, noOrigin, placeAt, scalar, text, type YqNode } from "./node.ts";
import { assign, compoundAssign, setAttribute } from "./operators/assign.ts";
import { collect, createObject, createPairs } from "./operators/create.ts";
import { binaryResults, separated } from "./operators/cross.ts";
import { descend, index, path, slice } from "./operators/paths.ts";
import { stringOf } from "./operators/texts.ts";
import { missingOperator, operatorFor } from "./operators.ts";
import type { Expression } from "./syntax/ast.ts";
import { parse } from "./syntax/parser.ts";

/** Operators whose results belong to no document, so that no `---` parts them. */
const withoutDocument: ReadonlySet<string> = new Set(
  "keys map filter if with_entries parents array_to_map collect env strenv now error load load_str".split(" "),
);

/** Operators whose results are at no place of the document, though they are made of a part of it. */
const withoutPlace: ReadonlySet<string> = new Set("flatten pivot".split(" "));

/** What an operator makes of a part of a document belongs to that document, and is where the part is. */
function placeInDocument(name: string, results: readonly YqNode[], context: Context): void {
  const { nodes } = context;
  const isForEach = nodes.length === 1 || nodes.length === results.length;
  results.forEach((result, i) => {
    const node = nodes[isForEach && nodes.length > 1 ? i : 0];
    if (result.origin !== noOrigin || node?.parent === undefined) return;
    if (isForEach && !withoutPlace.has(name)) placeAt(result, node);
    result.origin = node.origin;
  });
}

/** Evaluates expressions. */
export class Evaluator implements Evaluation {
  private depth = 0;

  constructor(readonly access: Access) {}

  run(expression: Expression, context: Context): readonly YqNode[] {
    if (++this.depth > 5000) throw new UserError("the expression recurses too deeply");
    try {
      const results = this.step(expression, context);
      if (expression.type === "call" && !withoutDocument.has(expression.name))
        placeInDocument(expression.name, results, context);
      return results;
    } finally {
      this.depth--;
    }
  }

  runOn(expression: Expression, node: YqNode, context: Context): readonly YqNode[] {
    return this.run(expression, { ...context, nodes: [node] });
  }

  read(expression: Expression, context: Context): readonly YqNode[] {
    return this.run(expression, { ...context, readOnly: true });
  }

  readOn(expression: Expression, node: YqNode, context: Context): readonly YqNode[] {
    return this.run(expression, { ...context, nodes: [node], readOnly: true });
  }

  parse(source: string): Expression {
    return parse(source);
  }

  private step(expression: Expression, context: Context): readonly YqNode[] {
    switch (expression.type) {
      case "self":
        return context.nodes;
      case "empty":
        return [];
      case "scalar":
        return this.once(context, () => scalar(expression.tag, expression.value));
      case "string":
        return this.string(expression, context);
      case "path":
        return path(expression, context);
      case "index":
        return index(this, expression, context);
      case "slice":
        return slice(this, expression, context);
      case "descend":
        return descend(context.nodes, expression.keys);
      case "variable":
        return this.variable(expression.name, context);
      case "collect":
        return collect(this, expression.inner, context);
      case "object":
        return createObject(this, expression.entries, context);
      case "pair":
        return createPairs(this, expression, context);
      case "bind":
        throw new UserError("must use variable with a pipe, e.g. `exp as $x | ...`");
      case "reduce":
        return this.reduce(expression, context);
      case "set-attribute":
        return setAttribute(this, expression, context);
      case "binary":
        return this.binary(expression, context);
      case "call": {
        const operator = operatorFor(expression.name);
        if (operator === undefined) throw missingOperator(expression.name);
        return operator(this, expression.args, context);
      }
    }
  }

  /** A value of the expression itself, for every node that it is applied to. */
  private once(context: Context, make: () => YqNode): readonly YqNode[] {
    return context.nodes.length === 0 ? [make()] : context.nodes.map(make);
  }

  private string(expression: Extract<Expression, { type: "string" }>, context: Context): readonly YqNode[] {
    const { parts } = expression;
    const [only] = parts;
    if (parts.length === 1 && typeof only === "string") return this.once(context, () => text(only));
    return context.nodes.map((node) =>
      text(
        parts
          .map((part) => {
            if (typeof part === "string") return part;
            const [value] = this.runOn(part, node, context);
            return value === undefined ? "" : stringOf(value);
          })
          .join(""),
      ),
    );
  }

  private variable(name: string, context: Context): readonly YqNode[] {
    return context.variables.get(name) ?? [];
  }

  private binary(expression: Extract<Expression, { type: "binary" }>, context: Context): readonly YqNode[] {
    const { name, left, right } = expression;
    switch (name) {
      case "pipe":
        if (left.type === "bind") return this.bound(left, right, context);
        return this.run(right, { ...context, nodes: this.run(left, context) });
      case "union":
        return this.union(left, right, context);
      case "assign":
      case "update":
        return assign(this, expression, context);
      case "add-assign":
      case "subtract-assign":
      case "multiply-assign":
      case "divide-assign":
      case "modulo-assign":
      case "alternative-assign":
        return compoundAssign(this, expression, context);
      default:
        return binaryResults(this, expression, context);
    }
  }

  /** Where both sides change the same nodes and yield them, they are yielded once. */
  private union(left: Expression, right: Expression, context: Context): readonly YqNode[] {
    const first = this.run(left, context);
    const second = this.run(right, context);
    return first === second ? first : [...first, ...second];
  }

  /** `value as $name | body`: the body for each value, a copy of it unless it is `ref`. */
  private bound(bind: Extract<Expression, { type: "bind" }>, body: Expression, context: Context): readonly YqNode[] {
    return separated(context).flatMap((at) => {
      const found = this.read(bind.value, at);
      const values = found.length === 0 ? [[]] : found.map((node) => [bind.reference ? node : copy(node)]);
      return values.flatMap((value) =>
        this.run(body, { ...at, variables: new Map(at.variables).set(bind.name, value) }),
      );
    });
  }

  private reduce(expression: Extract<Expression, { type: "reduce" }>, context: Context): readonly YqNode[] {
    const { source, initial, body } = expression;
    if (source.type !== "bind") throw new UserError("reduce needs `exp as $name ireduce (init; block)`");
    return separated(context).flatMap((at) => {
      const items = this.run(source.value, at);
      let accumulator = this.run(initial, { ...at, nodes: at.nodes.slice(0, 1) });
      for (const item of items) {
        const variables = new Map(at.variables).set(source.name, [item]);
        accumulator = this.run(body, { ...at, nodes: accumulator, variables });
      }
      return accumulator;
    });
  }
}
