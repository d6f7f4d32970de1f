import { UserError } from "../../errors.ts";
import type { BinaryName, Expression } from "./ast.ts";
import { syntaxError, type Token, tokenize } from "./lexer.ts";
import { attributeName, operatorName } from "./names.ts";
import { stringParts } from "./strings.ts";

interface Infix {
  readonly name: BinaryName;
  readonly precedence: number;
}

/**
 * yq's precedences: a pipe binds tighter than `and`, `or` and the comma; all arithmetic is of one level; and operators of one
 * level group from the right (`a - b - c` is `a - (b - c)`).
 */
const infixes: Readonly<Record<string, Infix>> = {
  ",": { name: "union", precedence: 10 },
  or: { name: "or", precedence: 20 },
  and: { name: "and", precedence: 20 },
  "|": { name: "pipe", precedence: 30 },
  "==": { name: "equals", precedence: 40 },
  "!=": { name: "not-equals", precedence: 40 },
  "<": { name: "less", precedence: 40 },
  "<=": { name: "less-equal", precedence: 40 },
  ">": { name: "greater", precedence: 40 },
  ">=": { name: "greater-equal", precedence: 40 },
  "=": { name: "assign", precedence: 40 },
  "|=": { name: "update", precedence: 40 },
  "+=": { name: "add-assign", precedence: 40 },
  "-=": { name: "subtract-assign", precedence: 40 },
  "*=": { name: "multiply-assign", precedence: 42 },
  "/=": { name: "divide-assign", precedence: 40 },
  "%=": { name: "modulo-assign", precedence: 40 },
  "//=": { name: "alternative-assign", precedence: 40 },
  "+": { name: "add", precedence: 42 },
  "-": { name: "subtract", precedence: 42 },
  "*": { name: "multiply", precedence: 42 },
  "/": { name: "divide", precedence: 42 },
  "%": { name: "modulo", precedence: 42 },
  "//": { name: "alternative", precedence: 42 },
};
const mapValuePrecedence = 15;
const reducePrecedence = 35;
const assignPrecedence = 40;
const maxDepth = 500;

/** Parses an expression of the yq language; an empty one is `.`. @throws UserError with the place of what cannot be understood */
export function parse(source: string): Expression {
  const parser = new Parser(source);
  return parser.whole();
}

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;
  /** Whether a colon parts a key and a value here: not within brackets and braces, where it has other meanings. */
  private pairsAllowed = true;

  constructor(private readonly source: string) {
    this.tokens = tokenize(source);
  }

  whole(): Expression {
    if (this.peek().type === "end") return { type: "self" };
    const expression = this.expression(0);
    if (this.peek().type !== "end") throw this.unexpected();
    return expression;
  }

  private peek(): Token {
    return this.tokens[this.at]!;
  }

  private isSymbol(text: string): boolean {
    const token = this.peek();
    return token.type === "symbol" && token.text === text;
  }

  private take(): Token {
    const token = this.peek();
    if (token.type !== "end") this.at++;
    return token;
  }

  private expect(text: string): Token {
    if (this.isSymbol(text)) return this.take();
    const cause = this.unexpected();
    throw /^[)\]}]$/.test(text)
      ? new UserError(`bad expression, could not find matching \`${text}\`: ${cause.message}`)
      : this.unexpected(`expected ${text}`);
  }

  private unexpected(reason?: string): UserError {
    return syntaxError(this.source, this.peek().at, reason);
  }

  private expression(minimum: number): Expression {
    if (++this.depth > maxDepth) throw new UserError("the expression is nested too deeply");
    let left = this.postfix(this.primary());
    for (;;) {
      const grown = this.infix(left, minimum);
      if (grown === undefined) break;
      left = grown;
    }
    this.depth--;
    return left;
  }

  private infix(left: Expression, minimum: number): Expression | undefined {
    const token = this.peek();
    if (token.type === "name") {
      if ((token.text === "as" || token.text === "ref") && minimum <= assignPrecedence) {
        this.take();
        const variable = this.take();
        if (variable.type !== "variable") throw syntaxError(this.source, variable.at, "expected a $variable");
        return { type: "bind", value: left, name: variable.text, reference: token.text === "ref" };
      }
      if (token.text === "ireduce" && minimum <= reducePrecedence) return this.reduce(left);
      const attribute = attributeName(token.text);
      const after = this.tokens[this.at + 1];
      if (attribute !== undefined && after?.type === "operator" && (after.text === "=" || after.text === "|=")) {
        if (minimum > assignPrecedence) return undefined;
        this.at += 2;
        const value = this.expression(assignPrecedence);
        return { type: "set-attribute", attribute, relative: after.text === "|=", target: left, value };
      }
    }
    if (token.type === "number" && token.text.startsWith("-") && minimum <= 42) {
      // "3 -1": the sign was read as the number's
      this.take();
      const right: Expression = { type: "scalar", tag: numberTag(token.text), value: token.text.slice(1) };
      return { type: "binary", name: "subtract", flags: "", left, right };
    }
    if (this.isSymbol(":") && this.pairsAllowed && minimum <= mapValuePrecedence) {
      this.take();
      return { type: "pair", key: left, value: this.expression(mapValuePrecedence + 1) };
    }
    const isWord = token.type === "name" || token.type === "operator" || token.type === "symbol";
    const infix = isWord && Object.hasOwn(infixes, token.text) ? infixes[token.text] : undefined;
    if (infix === undefined || infix.precedence < minimum) return undefined;
    this.take();
    const right = this.expression(infix.precedence);
    return { type: "binary", name: infix.name, flags: token.detail, left, right };
  }

  /** Parses with or without `key: value` as an expression of its own. */
  private within<T>(pairsAllowed: boolean, parsePart: () => T): T {
    const before = this.pairsAllowed;
    this.pairsAllowed = pairsAllowed;
    const part = parsePart();
    this.pairsAllowed = before;
    return part;
  }

  private reduce(source: Expression): Expression {
    this.take();
    this.expect("(");
    const initial = this.expression(0);
    this.expect(";");
    const body = this.expression(0);
    this.expect(")");
    return { type: "reduce", source, initial, body };
  }

  private postfix(start: Expression): Expression {
    let left = start;
    for (;;) {
      const token = this.peek();
      if (token.type === "path") {
        this.take();
        left = pipe(left, { type: "path", key: token.text, optional: token.optional });
      } else if (token.type === "symbol" && (token.text === "[" || token.text === ".[")) {
        this.take();
        left = this.within(false, () => this.brackets(left));
      } else return left;
    }
  }

  private brackets(target: Expression): Expression {
    if (this.isSymbol("]")) return { type: "index", target, index: undefined, optional: this.take().optional };
    if (this.isSymbol(":")) {
      this.take();
      if (this.isSymbol("]")) {
        this.take();
        return { type: "slice", target };
      }
      const to = this.expression(mapValuePrecedence + 1);
      this.expect("]");
      return { type: "slice", target, to };
    }
    const index = this.expression(0);
    if (this.isSymbol(":")) {
      this.take();
      if (this.isSymbol("]")) {
        this.take();
        return { type: "slice", target, from: index };
      }
      const to = this.expression(mapValuePrecedence + 1);
      this.expect("]");
      return { type: "slice", target, from: index, to };
    }
    const { optional } = this.expect("]");
    return { type: "index", target, index, optional };
  }

  private primary(): Expression {
    const token = this.take();
    switch (token.type) {
      case "path":
        return { type: "path", key: token.text, optional: token.optional };
      case "variable":
        return { type: "variable", name: token.text };
      case "number":
        return { type: "scalar", tag: numberTag(token.text), value: token.text };
      case "string":
        return { type: "string", parts: stringParts(token.text, parse) };
      case "verbatim": {
        const argument: Expression = { type: "scalar", tag: "!!str", value: token.detail.trim() };
        return { type: "call", name: token.text.replace("str_env", "strenv"), args: [argument] };
      }
      case "name":
        return this.word(token);
      case "symbol":
        return this.symbol(token);
      default:
        this.at = token.type === "end" ? this.at : this.at - 1;
        throw this.unexpected(token.type === "end" ? "the expression ends too early" : undefined);
    }
  }

  private symbol(token: Token): Expression {
    switch (token.text) {
      case ".":
        return { type: "self" };
      case "..":
      case "...":
        return { type: "descend", keys: token.text === "..." };
      case ".[":
        return this.within(false, () => this.brackets({ type: "self" }));
      case "(": {
        const inner = this.within(true, () => this.expression(0));
        this.expect(")");
        return inner;
      }
      case "[": {
        if (this.isSymbol("]")) {
          this.take();
          return { type: "collect", inner: undefined };
        }
        const inner = this.within(true, () => this.expression(0));
        this.expect("]");
        return { type: "collect", inner };
      }
      case "{":
        return this.within(false, () => this.object());
      default:
        this.at--;
        throw this.unexpected();
    }
  }

  private object(): Expression {
    const entries: { key: Expression; value: Expression }[] = [];
    while (!this.isSymbol("}")) {
      const key = this.expression(mapValuePrecedence + 1);
      this.expect(":");
      entries.push({ key, value: this.expression(mapValuePrecedence) });
      if (!this.isSymbol(",")) break;
      this.take();
    }
    this.expect("}");
    return { type: "object", entries };
  }

  private word(token: Token): Expression {
    const lower = token.text.toLowerCase();
    if (lower === "true" || lower === "false") return { type: "scalar", tag: "!!bool", value: token.text };
    if (lower === "null" || lower === "~") return { type: "scalar", tag: "!!null", value: token.text };
    if (token.text === "if") return this.condition();
    const name = operatorName(token.text);
    if (name === undefined) {
      this.at--;
      throw this.unexpected();
    }
    if (name === "empty") return { type: "empty" };
    const args: Expression[] = [];
    if (this.isSymbol("(")) {
      this.take();
      args.push(this.expression(0));
      while (this.isSymbol(";")) {
        this.take();
        args.push(this.expression(0));
      }
      this.expect(")");
    }
    return { type: "call", name, args };
  }

  private condition(): Expression {
    const test = this.expression(0);
    this.keyword("then");
    const yes = this.expression(0);
    let no: Expression = { type: "self" };
    if (this.isName("elif")) {
      this.take();
      return { type: "call", name: "if", args: [test, yes, this.condition()] };
    }
    if (this.isName("else")) {
      this.take();
      no = this.expression(0);
    }
    this.keyword("end");
    return { type: "call", name: "if", args: [test, yes, no] };
  }

  private isName(text: string): boolean {
    return this.peek().type === "name" && this.peek().text === text;
  }

  private keyword(text: string): void {
    if (!this.isName(text)) throw this.unexpected(`expected ${text}`);
    this.take();
  }
}

function pipe(left: Expression, right: Expression): Expression {
  return { type: "binary", name: "pipe", flags: "", left, right };
}

function numberTag(text: string): string {
  return /^-?(?:0[xXo])/.test(text) || !/[.eE]/.test(text) ? "!!int" : "!!float";
}
