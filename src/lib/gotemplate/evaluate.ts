import { errorText } from "../errors.ts";
import { goQuote } from "../quote.ts";
import { type Builtin, findBuiltin, shortCircuits } from "./builtins.ts";
import { TemplateError } from "./error.ts";
import { type CommandNode, type FunctionNode, type Node, nodeText, type Operand, type PipeNode } from "./nodes.ts";
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
  structField,
  typeOf,
  zeroElement,
} from "./value.ts";

/** Nodes that one execution may visit, so that every template ends. */
const maxSteps = 2_000_000;
/** Characters that the output, or one value, may have. */
export const maxLength = 16 * 1024 * 1024;

/** Marks the absence of a value piped into a command, which is not the same as no value. */
const absent = Symbol("no piped value");

interface Variable {
  readonly name: string;
  value: unknown;
}

/** Evaluates pipelines: variables, fields and function calls. */
export class Evaluator {
  protected variables: Variable[] = [];
  /** The name of the template being executed and the node in it, for errors. */
  protected current: string;
  protected node: Node | undefined;
  private steps = 0;

  constructor(
    protected readonly template: ParsedTemplate,
    private readonly options: TemplateOptions,
  ) {
    this.current = template.name;
  }

  protected fail(message: string, cause?: unknown): never {
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

  /** Counts one visited node. */
  protected step(): void {
    this.steps += 1;
    if (this.steps > maxSteps) this.fail(`execution takes more than ${maxSteps} steps`);
  }

  private checkSize(value: unknown): void {
    if (typeof value === "string" && value.length > maxLength) {
      this.fail(`a value is longer than ${maxLength} characters`);
    }
  }

  // Variables

  protected assign(name: string, value: unknown): void {
    const variable = this.variables.findLast((candidate) => candidate.name === name);
    if (variable === undefined) this.fail(`undefined variable: ${name}`);
    variable.value = value;
  }

  private lookup(name: string): unknown {
    const variable = this.variables.findLast((candidate) => candidate.name === name);
    return variable === undefined ? this.fail(`undefined variable: ${name}`) : variable.value;
  }

  // Pipelines

  protected pipeline(pipe: PipeNode, dot: unknown): unknown {
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
    this.step();
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
        return undefined;
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
      const [callee] = args;
      return builtin.call(values, callee === undefined ? pipedText(piped) : nodeText(callee));
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

/** A piped value as the name of a function: a string itself, of anything else its type. */
function pipedText(piped: unknown): string {
  return typeof piped === "string" ? piped : `<${typeOf(piped === absent ? undefined : piped)} Value>`;
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
