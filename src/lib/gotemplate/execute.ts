import { errorText } from "../errors.ts";
import { goQuote } from "../quote.ts";
import { type Builtin, findBuiltin, shortCircuits } from "./builtins.ts";
import { TemplateError } from "./error.ts";
import { plainText } from "./format-value.ts";
import {
  type BranchNode,
  type CommandNode,
  type FunctionNode,
  type InvokeNode,
  type ListNode,
  type Node,
  nodeText,
  type Operand,
  type PipeNode,
} from "./nodes.ts";
import type { TemplateFunction, TemplateOptions } from "./options.ts";
import type { ParsedTemplate } from "./parse.ts";
import {
  type GoMap,
  hasEntry,
  holdsInterfaces,
  isTrue,
  kindOf,
  type NilPointer,
  plainValue,
  sortedKeys,
  structField,
  typeOf,
  withGoType,
  zeroElement,
} from "./value.ts";

/** Templates within templates deeper than this are taken for an endless recursion. */
const maxTemplateDepth = 400;
/** Nodes and characters one execution may visit and write, so that every template ends. */
const maxSteps = 5_000_000;
const maxOutput = 64 * 1024 * 1024;

/** Marks the absence of a value piped into a command, which is not the same as no value. */
const absent = Symbol("no piped value");

type Signal = "break" | "continue" | undefined;

interface Variable {
  readonly name: string;
  value: unknown;
}

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

class Execution {
  private readonly output: string[] = [];
  private written = 0;
  private steps = 0;
  private depth = 0;
  private variables: Variable[] = [];
  /** The name of the template being executed and the node in it, for errors. */
  private current: string;
  private node: Node | undefined;

  constructor(
    private readonly template: ParsedTemplate,
    private readonly options: TemplateOptions,
  ) {
    this.current = template.name;
  }

  run(data: unknown): string {
    this.invokeBody(this.template.name, data);
    return this.output.join("");
  }

  private fail(message: string, cause?: unknown): never {
    const node = this.node;
    if (node === undefined) throw new TemplateError(`template: ${this.current}: ${message}`, { cause });
    const before = this.template.text.slice(0, node.pos);
    const lineStart = before.lastIndexOf("\n") + 1;
    const line = before.split("\n").length;
    const column = new TextEncoder().encode(before.slice(lineStart)).length;
    const place = `${this.template.name}:${line}:${column}`;
    const text = `template: ${place}: executing ${goQuote(this.current)} at <${nodeText(node)}>: ${message}`;
    throw new TemplateError(text, { cause });
  }

  private write(text: string): void {
    this.checkSize(text);
    this.written += text.length;
    if (this.written > maxOutput) this.fail(`output is longer than ${maxOutput} characters`);
    this.output.push(text);
  }

  private checkSize(value: unknown): void {
    if (typeof value === "string" && value.length > maxOutput) {
      this.fail(`a value is longer than ${maxOutput} characters`);
    }
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
      this.steps += 1;
      this.node = node;
      if (this.steps > maxSteps) this.fail(`execution takes more than ${maxSteps} steps`);
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
      this.steps += 1;
      if (this.steps > maxSteps) this.fail(`execution takes more than ${maxSteps} steps`);
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

  // Variables

  private assign(name: string, value: unknown): void {
    const variable = this.variables.findLast((candidate) => candidate.name === name);
    if (variable === undefined) this.fail(`undefined variable: ${name}`);
    variable.value = value;
  }

  private lookup(name: string): unknown {
    const variable = this.variables.findLast((candidate) => candidate.name === name);
    return variable === undefined ? this.fail(`undefined variable: ${name}`) : variable.value;
  }

  // Pipelines

  private pipeline(pipe: PipeNode, dot: unknown): unknown {
    this.node = pipe;
    let value: unknown = absent;
    for (const command of pipe.commands) {
      // What comes out of an interface that holds nil is no value.
      value = this.command(command, dot, value) ?? undefined;
      this.checkSize(value);
    }
    for (const name of pipe.variables) {
      if (pipe.assigns) this.assign(name, value);
      else this.variables.push({ name, value });
    }
    return value;
  }

  private command(command: CommandNode, dot: unknown, piped: unknown): unknown {
    const [first] = command.args;
    this.steps += 1;
    switch (first.type) {
      case "function":
        return this.callFunction(first, command, command.args.slice(1), dot, piped);
      case "field":
      case "variable":
      case "chain":
        return this.chain(first, dot, command.args, piped);
      case "pipe":
        this.refuseArguments(command.args, piped);
        return this.pipeline(first, dot);
      case "nil":
        this.node = first;
        this.refuseArguments(command.args, piped);
        return this.fail("nil is not a command");
      default:
        this.node = first;
        this.refuseArguments(command.args, piped);
        return this.operand(first, dot);
    }
  }

  private refuseArguments(args: readonly Operand[], piped: unknown): void {
    if (args.length > 1 || piped !== absent) this.fail(`can't give argument to non-function ${nodeText(args[0]!)}`);
  }

  /** The value of a field, variable or chain; `args` are all words of its command, itself included. */
  private chain(node: Operand, dot: unknown, args: readonly Operand[], piped: unknown): unknown {
    this.node = node;
    let names: readonly string[];
    let value: unknown;
    if (node.type === "field") {
      names = node.names;
      value = dot;
    } else if (node.type === "variable") {
      names = node.fields;
      value = this.lookup(node.name);
      if (names.length === 0) this.refuseArguments(args, piped);
    } else if (node.type === "chain") {
      if (node.base.type === "nil") this.fail(`indirection through explicit nil in ${nodeText(node)}`);
      names = node.fields;
      value = this.operand(node.base, dot);
    } else {
      return this.operand(node, dot);
    }
    const given = args.length > 1 || piped !== absent;
    let boxed = false;
    for (const [i, name] of names.entries()) {
      const receiver = value;
      value = this.field(receiver, name, given && i === names.length - 1, boxed);
      boxed = kindOf(receiver) === "map" && holdsInterfaces(receiver as GoMap);
    }
    return value;
  }

  /**
   * One step of a chain.
   * @param given arguments were written for this field, which no field takes
   * @param boxed the receiver came out of a map of interfaces
   */
  private field(receiver: unknown, name: string, given: boolean, boxed: boolean): unknown {
    switch (kindOf(receiver)) {
      case "invalid":
        if (this.options.missingKey === "error") this.fail(`nil data; no entry for key ${goQuote(name)}`);
        return undefined;
      case "nil":
        return this.fail(`nil pointer evaluating interface {}.${name}`);
      case "pointer":
        return this.fail(`nil pointer evaluating ${(receiver as NilPointer).typeName}.${name}`);
      case "struct":
        if (!hasEntry(receiver as GoMap, name)) break;
        if (given) this.fail(`${name} has arguments but cannot be invoked as function`);
        return structField(receiver as GoMap, name);
      case "map":
        if (given) this.fail(`${name} is not a method but has arguments`);
        return this.mapEntry(receiver as GoMap, name);
    }
    return this.fail(`can't evaluate field ${name} in type ${boxed ? "interface {}" : typeOf(receiver)}`);
  }

  private mapEntry(map: GoMap, name: string): unknown {
    if (hasEntry(map, name)) return map[name] ?? null;
    switch (this.options.missingKey) {
      case "error":
        return this.fail(`map has no entry for key ${goQuote(name)}`);
      case "zero":
        return zeroElement(map);
      default:
        return undefined;
    }
  }

  /** The value of one word of a command. */
  private operand(node: Operand, dot: unknown): unknown {
    this.node = node;
    switch (node.type) {
      case "constant":
        return node.value;
      case "overflow":
        return this.fail(`${node.text} overflows int`);
      case "dot":
        return dot;
      case "nil":
        return null;
      case "pipe":
        return this.pipeline(node, dot);
      case "function":
        return this.callFunction(node, node, [], dot, absent);
      default:
        return this.chain(node, dot, [node], absent);
    }
  }

  // Functions

  private callFunction(
    node: FunctionNode,
    command: Node,
    args: readonly Operand[],
    dot: unknown,
    piped: unknown,
  ): unknown {
    this.node = node;
    const { name } = node;
    const { functions } = this.options;
    const extension = functions !== undefined && Object.hasOwn(functions, name) ? functions[name] : undefined;
    const builtin = extension === undefined ? findBuiltin(name) : extensionAsBuiltin(extension);
    if (builtin === undefined) return this.fail(`${goQuote(name)} is not a defined function`);
    const count = args.length + (piped === absent ? 0 : 1);
    if (builtin.variadic ? count < builtin.least : count !== builtin.least) {
      const wanted = builtin.variadic ? `at least ${builtin.least}` : String(builtin.least);
      this.fail(`wrong number of args for ${name}: want ${wanted} got ${builtin.variadic ? args.length : count}`);
    }
    if (extension === undefined && shortCircuits.has(name)) return this.shortCircuit(name, args, dot, piped);
    const values = args.map((arg, i) => this.argument(builtin, arg, i, dot));
    if (piped !== absent) values.push(this.converted(builtin, piped, args.length));
    try {
      return builtin.call(values, nodeText(args[0] ?? node));
    } catch (error) {
      if (error instanceof TemplateError || error instanceof RangeError) throw error;
      this.node = command;
      return this.fail(`error calling ${name}: ${errorText(error)}`, error);
    }
  }

  private shortCircuit(name: string, args: readonly Operand[], dot: unknown, piped: unknown): unknown {
    let value: unknown;
    for (const arg of args) {
      value = this.operand(arg, dot);
      if (isTrue(value) === (name === "or")) return value;
    }
    return piped === absent ? value : piped;
  }

  private argument(builtin: Builtin, node: Operand, index: number, dot: unknown): unknown {
    if (builtin.stringFirst === true && index === 0) {
      this.node = node;
      if (node.type === "nil") this.fail("cannot assign nil to string");
      if (node.type === "overflow" || (node.type === "constant" && typeof node.value !== "string")) {
        this.fail(`expected string; found ${nodeText(node)}`);
      }
    }
    return this.converted(builtin, this.operand(node, dot), index);
  }

  private converted(builtin: Builtin, value: unknown, index: number): unknown {
    if (builtin.stringFirst === true && index === 0 && typeof value !== "string") {
      const kind = kindOf(value);
      if (kind === "invalid" || kind === "nil") this.fail("invalid value; expected string");
      this.fail(`wrong type for value; expected string; got ${typeOf(value)}`);
    }
    return builtin.interfaces === true ? (value ?? null) : value;
  }
}

function* countTo(limit: number): Iterable<readonly [undefined, number]> {
  for (let i = 0; i < limit; i += 1) yield [undefined, i];
}

/** An extension function in the shape of a builtin one. */
function extensionAsBuiltin(extension: TemplateFunction): Builtin {
  const call = extension as (...args: readonly unknown[]) => unknown;
  return {
    least: extension.length,
    variadic: extension.length === 0,
    interfaces: true,
    call: (args) => call(...args.map(plainValue)),
  };
}
