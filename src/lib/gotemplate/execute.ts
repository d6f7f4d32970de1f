import { goQuote } from "../quote.ts";
import { TemplateError } from "./error.ts";
import { Evaluator, maxLength } from "./evaluate.ts";
import { plainText } from "./format-value.ts";
import { type BranchNode, type InvokeNode, type ListNode, type Node, nodeText, type PipeNode } from "./nodes.ts";
import type { TemplateOptions } from "./options.ts";
import type { ParsedTemplate } from "./parse.ts";
import { type GoMap, isTrue, kindOf, sortedKeys, typeOf, withGoType } from "./value.ts";

/** Templates within templates deeper than this are taken for an endless recursion. */
const maxTemplateDepth = 400;
type Signal = "break" | "continue" | undefined;

/**
 * Executes a parsed template and returns its output.
 * @throws TemplateError `template: NAME:LINE:COLUMN: executing "NAME" at <NODE>: ...`; the column counts bytes from 0
 */
export function executeTemplate(template: ParsedTemplate, data: unknown, options: TemplateOptions = {}): string {
  const named = options.structName !== undefined && typeof data === "object" && data !== null;
  const root = named ? withGoType(options.structName, data as object) : (data ?? undefined);
  const execution = new Execution(template, options);
  try {
    return execution.run(root);
  } catch (error) {
    // Data and templates may nest deeper than the stack; whatever was being evaluated is too deep.
    if (error instanceof RangeError)
      throw new TemplateError(`template: ${template.name}: nesting is too deep`, { cause: error });
    throw error;
  }
}

class Execution extends Evaluator {
  private readonly output: string[] = [];
  private written = 0;
  private depth = 0;

  run(data: unknown): string {
    this.invokeBody(this.template.name, data);
    return this.output.join("");
  }

  private write(text: string): void {
    this.written += text.length;
    if (this.written > maxLength) this.fail(`output is longer than ${maxLength} characters`);
    this.output.push(text);
  }

  // Bodies

  private invokeBody(name: string, dot: unknown): void {
    const body = this.template.bodies.get(name);
    if (body === undefined) this.fail(`template ${goQuote(name)} not defined`);
    const outer = { variables: this.variables, current: this.current };
    this.variables = [{ name: "$", value: dot }];
    this.current = name;
    this.list(body, dot);
    this.variables = outer.variables;
    this.current = outer.current;
  }

  private list(list: ListNode, dot: unknown): Signal {
    for (const node of list.nodes) {
      this.node = node;
      this.step();
      switch (node.type) {
        case "text":
          this.write(node.text);
          break;
        case "action": {
          const value = this.pipeline(node.pipe, dot);
          if (node.pipe.variables.length === 0) {
            this.node = node;
            this.print(value, node);
          }
          break;
        }
        case "break":
        case "continue":
          return node.type;
        case "template":
          this.invoke(node, dot);
          break;
        default: {
          const mark = this.variables.length;
          const signal = node.type === "range" ? this.range(node, dot) : this.condition(node, dot);
          this.variables.length = mark;
          if (signal !== undefined) return signal;
        }
      }
    }
    return undefined;
  }

  private print(value: unknown, node: Node): void {
    const kind = kindOf(value);
    if (kind === "func") this.fail(`can't print ${nodeText(node)} of type ${typeOf(value)}`);
    this.write(kind === "invalid" ? "<no value>" : plainText(value));
  }

  private invoke(node: InvokeNode, dot: unknown): void {
    if (!this.template.bodies.has(node.name)) this.fail(`template ${goQuote(node.name)} not defined`);
    if (this.depth >= maxTemplateDepth) this.fail(`exceeded maximum template depth (${maxTemplateDepth})`);
    this.depth += 1;
    this.invokeBody(node.name, node.pipe === undefined ? undefined : this.pipeline(node.pipe, dot));
    this.depth -= 1;
  }

  private condition(node: BranchNode, dot: unknown): Signal {
    const value = this.pipeline(node.pipe, dot);
    if (isTrue(value)) return this.list(node.body, node.type === "with" ? value : dot);
    return node.otherwise === undefined ? undefined : this.list(node.otherwise, dot);
  }

  private range(node: BranchNode, dot: unknown): Signal {
    const value = this.pipeline(node.pipe, dot);
    const mark = this.variables.length;
    let empty = true;
    for (const [index, element] of this.elements(value, node)) {
      empty = false;
      this.setRangeVariables(node.pipe, index, element);
      const signal = this.list(node.body, element ?? undefined);
      this.variables.length = mark;
      if (signal === "break") break;
      this.step();
    }
    return empty && node.otherwise !== undefined ? this.list(node.otherwise, dot) : undefined;
  }

  /** Index and element of all that a range goes over. */
  private elements(value: unknown, node: BranchNode): Iterable<readonly [unknown, unknown]> {
    switch (kindOf(value)) {
      case "invalid":
      case "nil":
        return [];
      case "slice":
        return (value as readonly unknown[]).entries();
      case "map": {
        const map = value as GoMap;
        return sortedKeys(map).map((key) => [key, map[key]] as const);
      }
      case "int":
        if (node.pipe.variables.length > 1) {
          this.fail(`can't use ${plainText(value)} to iterate over more than one variable`);
        }
        return countTo(Number(value));
      default:
        return this.fail(`range can't iterate over ${plainText(value)}`);
    }
  }

  private setRangeVariables(pipe: PipeNode, index: unknown, element: unknown): void {
    const values = pipe.variables.length > 1 ? [index, element] : [element];
    for (const [i, name] of pipe.variables.entries()) {
      if (pipe.assigns) this.assign(name, values[i]);
      else this.variables[this.variables.length - pipe.variables.length + i]!.value = values[i];
    }
  }
}

function* countTo(limit: number): Iterable<readonly [undefined, number]> {
  for (let i = 0; i < limit; i += 1) yield [undefined, i];
}
