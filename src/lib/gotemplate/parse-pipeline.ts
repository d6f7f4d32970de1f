import { goQuote } from "../quote.ts";
import { builtinNames } from "./builtins.ts";
import { characterValue, complexValue, numberValue, unquote } from "./constant.ts";
import { isKeyword, TokenCursor } from "./cursor.ts";
import type { Token, TokenType } from "./lex.ts";
import { type CommandNode, nodeText, type Operand, type PipeNode } from "./nodes.ts";

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

/** Parses what stands between delimiters: variables, and commands joined by pipes. */
export class PipelineParser extends TokenCursor {
  protected pipeline(context: string, end: "right-delimiter" | "right-paren"): PipeNode {
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
