import { errorText } from "../errors.ts";
import { TemplateError } from "./error.ts";
import { type Token, type TokenType, tokenize, tokenText } from "./lex.ts";

/** Deeper nesting than this is an error rather than a stack overflow. */
const maxDepth = 500;

/** The state that a `define` or `block` body has for itself. */
interface Scope {
  /** Names of the variables that may be used, with their `$`. */
  readonly variables: string[];
  rangeDepth: number;
  /** Line of the action being parsed, 0 outside of actions. */
  actionLine: number;
}

/** A fresh scope, as every template begins with. */
export function newScope(): Scope {
  return { variables: ["$"], rangeDepth: 0, actionLine: 0 };
}

/** Walks over the tokens of a template and reports what is wrong with them. */
export class TokenCursor {
  protected readonly tokens: readonly Token[];
  protected index = 0;
  protected scope: Scope = newScope();
  /** The last token looked at, which gives errors their line. */
  private furthest = 0;
  private depth = 0;

  constructor(
    protected readonly text: string,
    protected readonly name: string,
    protected readonly functions: ReadonlySet<string>,
  ) {
    this.tokens = tokenize(text, functions);
  }

  protected peek(): Token {
    this.furthest = Math.max(this.furthest, this.index);
    // The list ends with an eof token and nothing consumes it for good.
    return this.tokens[Math.min(this.index, this.tokens.length - 1)]!;
  }

  protected next(): Token {
    const token = this.peek();
    this.index += 1;
    return token;
  }

  protected peekPastSpace(): Token {
    while (this.peek().type === "space") this.index += 1;
    return this.peek();
  }

  protected nextPastSpace(): Token {
    const token = this.peekPastSpace();
    this.index += 1;
    return token;
  }

  protected expect(types: readonly TokenType[], context: string): Token {
    const token = this.nextPastSpace();
    return types.includes(token.type) ? token : this.unexpected(token, context);
  }

  protected fail(message: string): never {
    const line = this.tokens[Math.min(this.furthest, this.tokens.length - 1)]?.line ?? 1;
    throw new TemplateError(`template: ${this.name}:${line}: ${message}`);
  }

  protected unexpected(token: Token, context: string): never {
    if (token.type !== "error") this.fail(`unexpected ${tokenText(token)} in ${context}`);
    const { actionLine } = this.scope;
    if (actionLine === 0 || actionLine === token.line) this.fail(token.text);
    const action = token.text.endsWith(" action") ? "" : " in action";
    this.fail(`${token.text}${action} started at ${this.name}:${actionLine}`);
  }

  /** Runs what may throw over a constant, and gives its message the template's place. */
  protected constant<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      return this.fail(errorText(error));
    }
  }

  protected nested<T>(read: () => T): T {
    if (this.depth >= maxDepth) this.fail("max expression depth exceeded");
    this.depth += 1;
    const result = read();
    this.depth -= 1;
    return result;
  }
}

/** True for this keyword. */
export function isKeyword(token: Token, keyword: string): boolean {
  return token.type === "keyword" && token.text === keyword;
}
