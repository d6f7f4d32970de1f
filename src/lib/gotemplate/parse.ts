import { errorText } from "../errors.ts";
import { goQuote } from "../quote.ts";
import { builtinNames } from "./builtins.ts";
import { characterValue, complexValue, numberValue, unquote } from "./constant.ts";
import { TemplateError } from "./error.ts";
import { type Token, type TokenType, tokenize, tokenText } from "./lex.ts";
import {
  type BodyNode,
  type BranchNode,
  type CommandNode,
  type InvokeNode,
  type ListNode,
  nodeText,
  type Operand,
  type PipeNode,
} from "./nodes.ts";
import type { TemplateOptions } from "./options.ts";

/** A parsed template with the templates it defines, ready to be executed any number of times. */
export interface ParsedTemplate {
  readonly name: string;
  readonly text: string;
  /** Bodies by template name; the template itself is among them. */
  readonly bodies: ReadonlyMap<string, ListNode>;
}

/** Deeper nesting than this is an error rather than a stack overflow. */
const maxDepth = 500;

/**
 * Parses a template. Calls of functions that are neither builtin nor in `options.functions` are errors.
 * @throws TemplateError `template: NAME:LINE: ...`
 */
export function parseTemplate(
  text: string,
  name: string,
  options: Pick<TemplateOptions, "functions"> = {},
): ParsedTemplate {
  return new Parser(text, name, new Set(Object.keys(options.functions ?? {}))).parse();
}

/** What ends a list of nodes. */
interface Terminator {
  readonly type: "end" | "else";
  readonly pos: number;
}

function isTerminator(node: BodyNode | Terminator): node is Terminator {
  return node.type === "end" || node.type === "else";
}

/** The state that a `define` or `block` body has for itself. */
interface Scope {
  readonly variables: string[];
  rangeDepth: number;
  /** Line of the action being parsed, 0 outside of actions. */
  actionLine: number;
}

class Parser {
  private readonly tokens: readonly Token[];
  private readonly bodies = new Map<string, ListNode>();
  private index = 0;
  /** The last token looked at, which gives errors their line. */
  private furthest = 0;
  private depth = 0;
  private scope: Scope = { variables: ["$"], rangeDepth: 0, actionLine: 0 };

  constructor(
    private readonly text: string,
    private readonly name: string,
    private readonly functions: ReadonlySet<string>,
  ) {
    this.tokens = tokenize(text, functions);
  }

  parse(): ParsedTemplate {
    const nodes: BodyNode[] = [];
    const { pos } = this.peek();
    while (this.peek().type !== "eof") {
      if (this.startsDefinition()) {
        this.definition();
        continue;
      }
      const node = this.textOrAction();
      if (isTerminator(node)) this.fail(`unexpected {{${node.type}}}`);
      nodes.push(node);
    }
    this.add(this.name, { type: "list", pos, nodes });
    return { name: this.name, text: this.text, bodies: this.bodies };
  }

  // Tokens

  private peek(): Token {
    this.furthest = Math.max(this.furthest, this.index);
    // The list ends with an eof token and nothing consumes it for good.
    return this.tokens[Math.min(this.index, this.tokens.length - 1)]!;
  }

  private next(): Token {
    const token = this.peek();
    this.index += 1;
    return token;
  }

  private peekPastSpace(): Token {
    while (this.peek().type === "space") this.index += 1;
    return this.peek();
  }

  private nextPastSpace(): Token {
    const token = this.peekPastSpace();
    this.index += 1;
    return token;
  }

  private expect(types: readonly TokenType[], context: string): Token {
    const token = this.nextPastSpace();
    return types.includes(token.type) ? token : this.unexpected(token, context);
  }

  private fail(message: string): never {
    const line = this.tokens[Math.min(this.furthest, this.tokens.length - 1)]?.line ?? 1;
    throw new TemplateError(`template: ${this.name}:${line}: ${message}`);
  }

  private unexpected(token: Token, context: string): never {
    if (token.type !== "error") this.fail(`unexpected ${tokenText(token)} in ${context}`);
    const { actionLine } = this.scope;
    if (actionLine === 0 || actionLine === token.line) this.fail(token.text);
    const action = token.text.endsWith(" action") ? "" : " in action";
    this.fail(`${token.text}${action} started at ${this.name}:${actionLine}`);
  }

  /** Runs what may throw over a constant, and gives its message the template's place. */
  private constant<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      return this.fail(errorText(error));
    }
  }

  private nested<T>(read: () => T): T {
    if (this.depth >= maxDepth) this.fail("max expression depth exceeded");
    this.depth += 1;
    const result = read();
    this.depth -= 1;
    return result;
  }

  // Definitions

  private startsDefinition(): boolean {
    if (this.peek().type !== "left-delimiter") return false;
    const start = this.index;
    this.index += 1;
    const token = this.peekPastSpace();
    if (token.type === "keyword" && token.text === "define") return true;
    this.index = start;
    return false;
  }

  private definition(): void {
    this.index += 1;
    const context = "define clause";
    const outer = this.scope;
    this.scope = { variables: ["$"], rangeDepth: 0, actionLine: 0 };
    const token = this.expect(["string", "raw-string"], context);
    const name = this.constant(() => unquote(token.text));
    this.expect(["right-delimiter"], context);
    this.body(name, context);
    this.scope = outer;
  }

  private body(name: string, context: string): void {
    const [list, end] = this.itemList();
    if (end.type !== "end") this.fail(`unexpected {{${end.type}}} in ${context}`);
    this.add(name, list);
  }

  /** Registers a body; only an empty one may be replaced. */
  private add(name: string, list: ListNode): void {
    const known = this.bodies.get(name);
    if (known === undefined || isEmpty(known)) this.bodies.set(name, list);
    else if (!isEmpty(list)) this.fail(`template: multiple definition of template ${goQuote(name)}`);
  }

  // Text and control structures

  private itemList(): [ListNode, Terminator] {
    const { pos } = this.peekPastSpace();
    const nodes: BodyNode[] = [];
    while (this.peekPastSpace().type !== "eof") {
      const node = this.textOrAction();
      if (isTerminator(node)) return [{ type: "list", pos, nodes }, node];
      nodes.push(node);
    }
    return this.fail("unexpected EOF");
  }

  private textOrAction(): BodyNode | Terminator {
    const token = this.nextPastSpace();
    if (token.type === "text") return { type: "text", pos: token.pos, text: token.text };
    if (token.type !== "left-delimiter") this.unexpected(token, "input");
    const { scope } = this;
    scope.actionLine = token.line;
    const node = this.nested(() => this.action());
    scope.actionLine = 0;
    return node;
  }

  private action(): BodyNode | Terminator {
    const token = this.peekPastSpace();
    if (token.type === "keyword") {
      const control = this.control(token);
      if (control !== undefined) return control;
    }
    return { type: "action", pos: token.pos, pipe: this.pipeline("command", "right-delimiter") };
  }

  private control(token: Token): BodyNode | Terminator | undefined {
    const keyword = token.text;
    if (keyword === "." || keyword === "nil" || keyword === "define") return undefined;
    this.index += 1;
    switch (keyword) {
      case "if":
      case "with":
      case "range":
        return this.branch(keyword);
      case "break":
      case "continue":
        return this.jump(keyword, token);
      case "block":
      case "template":
        return this.invocation(keyword);
      case "end":
        return { type: "end", pos: this.expect(["right-delimiter"], "end").pos };
      default:
        return this.elseControl();
    }
  }

  private elseControl(): Terminator {
    const token = this.peekPastSpace();
    // `else if` and `else with` leave the keyword for the branch that the else belongs to.
    if (isKeyword(token, "if") || isKeyword(token, "with")) return { type: "else", pos: token.pos };
    return { type: "else", pos: this.expect(["right-delimiter"], "else").pos };
  }

  private jump(type: "break" | "continue", token: Token): BodyNode {
    const close = this.nextPastSpace();
    if (close.type !== "right-delimiter") this.unexpected(close, `{{${type}}}`);
    if (this.scope.rangeDepth === 0) this.fail(`{{${type}}} outside {{range}}`);
    return { type, pos: token.pos };
  }

  private branch(type: "if" | "range" | "with"): BranchNode {
    const { scope } = this;
    const mark = scope.variables.length;
    const pipe = this.pipeline(type, "right-delimiter");
    if (type === "range") scope.rangeDepth += 1;
    const [body, end] = this.itemList();
    if (type === "range") scope.rangeDepth -= 1;
    const otherwise = end.type === "else" ? this.otherwise(type, end) : undefined;
    scope.variables.length = mark;
    return { type, pos: pipe.pos, pipe, body, otherwise };
  }

  private otherwise(type: "if" | "range" | "with", end: Terminator): ListNode {
    if (type !== "range" && isKeyword(this.peek(), type)) {
      this.index += 1;
      return { type: "list", pos: end.pos, nodes: [this.nested(() => this.branch(type))] };
    }
    const [list, close] = this.itemList();
    if (close.type !== "end") this.fail(`expected end; found {{${close.type}}}`);
    return list;
  }

  private invocation(keyword: "block" | "template"): InvokeNode {
    const context = `${keyword} clause`;
    const token = this.nextPastSpace();
    if (token.type !== "string" && token.type !== "raw-string") this.unexpected(token, context);
    const name = this.constant(() => unquote(token.text));
    const { pos } = token;
    if (keyword === "template" && this.peekPastSpace().type === "right-delimiter") {
      this.index += 1;
      return { type: "template", pos, name, pipe: undefined };
    }
    const pipe = this.pipeline(context, "right-delimiter");
    if (keyword === "block") {
      const outer = this.scope;
      this.scope = { variables: ["$"], rangeDepth: 0, actionLine: 0 };
      this.body(name, context);
      this.scope = outer;
    }
    return { type: "template", pos, name, pipe };
  }

  // Pipelines

  private pipeline(context: string, end: "right-delimiter" | "right-paren"): PipeNode {
    const { pos } = this.peekPastSpace();
    const { variables, assigns } = this.declarations(context);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.peekPastSpace();
      if (token.type === end) break;
      if (!startsOperand(token)) {
        this.index += 1;
        this.unexpected(token, context);
      }
      commands.push(this.command());
    }
    this.index += 1;
    if (commands.length === 0) this.fail(`missing value for ${context}`);
    for (const [i, command] of commands.entries()) {
      if (i > 0 && ["constant", "overflow", "dot", "nil"].includes(command.args[0].type)) {
        this.fail(`non executable command in pipeline stage ${i + 1}`);
      }
    }
    return { type: "pipe", pos, variables, assigns, commands };
  }

  private declarations(context: string): { readonly variables: readonly string[]; readonly assigns: boolean } {
    const variables: string[] = [];
    for (;;) {
      const start = this.index;
      const variable = this.peekPastSpace();
      if (variable.type !== "variable") return { variables, assigns: false };
      this.index += 1;
      const follower = this.peekPastSpace();
      const separates = follower.type === "char" && follower.text === ",";
      if (follower.type !== "assign" && follower.type !== "declare" && !separates) {
        this.index = start;
        return { variables, assigns: false };
      }
      this.index += 1;
      variables.push(variable.text);
      this.scope.variables.push(variable.text);
      if (!separates) return { variables, assigns: follower.type === "assign" };
      if (context !== "range" || variables.length > 1) this.fail(`too many declarations in ${context}`);
      if (!["variable", "right-delimiter", "right-paren"].includes(this.peekPastSpace().type)) {
        this.fail("range can only initialize variables");
      }
    }
  }

  private command(): CommandNode {
    const { pos } = this.peekPastSpace();
    const args: Operand[] = [];
    for (;;) {
      this.peekPastSpace();
      const operand = this.operand();
      if (operand !== undefined) args.push(operand);
      const token = this.next();
      if (token.type === "space") continue;
      if (token.type === "right-delimiter" || token.type === "right-paren") this.index -= 1;
      else if (token.type !== "pipe") this.unexpected(token, "operand");
      break;
    }
    const [first, ...rest] = args;
    if (first === undefined) return this.fail("empty command");
    return { type: "command", pos, args: [first, ...rest] };
  }

  private operand(): Operand | undefined {
    const term = this.term();
    if (term === undefined || this.peek().type !== "field") return term;
    const { pos } = this.peek();
    const fields: string[] = [];
    while (this.peek().type === "field") fields.push(this.next().text.slice(1));
    switch (term.type) {
      case "field":
        return { type: "field", pos, names: [...term.names, ...fields] };
      case "variable":
        return { ...term, pos, fields: [...term.fields, ...fields] };
      case "constant":
      case "overflow":
      case "nil":
      case "dot":
        return this.fail(`unexpected . after term ${goQuote(nodeText(term))}`);
      default:
        return { type: "chain", pos, base: term, fields };
    }
  }

  private term(): Operand | undefined {
    const token = this.peekPastSpace();
    const { pos, text, type } = token;
    if (!startsOperand(token)) return undefined;
    this.index += 1;
    switch (type) {
      case "identifier":
        if (!this.functions.has(text) && !builtinNames.has(text)) this.fail(`function ${goQuote(text)} not defined`);
        return { type: "function", pos, name: text };
      case "keyword":
        return { type: text === "nil" ? "nil" : "dot", pos };
      case "variable":
        if (!this.scope.variables.includes(text)) this.fail(`undefined variable ${goQuote(text)}`);
        return { type: "variable", pos, name: text, fields: [] };
      case "field":
        return { type: "field", pos, names: [text.slice(1)] };
      case "bool":
        return { type: "constant", pos, text, value: text === "true" };
      case "character":
        return { type: "constant", pos, text, value: this.constant(() => characterValue(text)) };
      case "complex":
        return { type: "constant", pos, text, value: this.constant(() => complexValue(text)) };
      case "left-paren":
        return this.nested(() => this.pipeline("parenthesized pipeline", "right-paren"));
      case "number": {
        const value = this.constant(() => numberValue(text));
        return value === "overflow" ? { type: "overflow", pos, text } : { type: "constant", pos, text, value };
      }
      default:
        return { type: "constant", pos, text, value: this.constant(() => unquote(text)) };
    }
  }
}

const operandTypes: ReadonlySet<TokenType> = new Set<TokenType>([
  "bool",
  "character",
  "complex",
  "field",
  "identifier",
  "number",
  "raw-string",
  "string",
  "variable",
  "left-paren",
]);

function startsOperand(token: Token): boolean {
  return operandTypes.has(token.type) || isKeyword(token, ".") || isKeyword(token, "nil");
}

function isKeyword(token: Token, keyword: string): boolean {
  return token.type === "keyword" && token.text === keyword;
}

/** True for a body of nothing but white space, which a later definition may replace. */
function isEmpty(list: ListNode): boolean {
  return list.nodes.every((node) => node.type === "text" && node.text.trim() === "");
}
