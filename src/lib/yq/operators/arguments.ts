import { UserError } from "../../errors.ts";
import type { Context, Evaluation } from "../context.ts";
import type { YqNode } from "../node.ts";
import type { Expression } from "../syntax/ast.ts";

/** The single argument of an operator. @throws UserError when it is missing */
export function onlyArgument(name: string, args: readonly Expression[]): Expression {
  const [first] = args;
  if (first === undefined || args.length > 1) throw new UserError(`\`${name}\` takes one argument: ${name}(...)`);
  return first;
}

/** Arguments separated by `;`, or by `,` where yq takes that too. */
export function listedArguments(args: readonly Expression[]): readonly Expression[] {
  const [only] = args;
  if (args.length === 1 && only?.type === "binary" && only.name === "union")
    return [only.left, ...listedArguments([only.right])];
  return args;
}

/** The text of the first result of an argument, or undefined. */
export function firstText(run: Evaluation, argument: Expression, context: Context): string | undefined {
  return run.read(argument, context)[0]?.value;
}

/** An operator without arguments that yields at most one node for each node. */
export function forEach(name: string, make: (node: YqNode, run: Evaluation, context: Context) => YqNode | undefined) {
  return (run: Evaluation, args: readonly Expression[], context: Context): readonly YqNode[] => {
    if (args.length > 0) throw new UserError(`\`${name}\` takes no argument`);
    return context.nodes.map((node) => make(node, run, context)).filter((node) => node !== undefined);
  };
}
