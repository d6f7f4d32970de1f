import { goQuote } from "../quote.ts";

export type TokenType =
  | "error"
  | "bool"
  | "character"
  | "char"
  | "complex"
  | "assign"
  | "declare"
  | "eof"
  | "field"
  | "identifier"
  | "left-delimiter"
  | "left-paren"
  | "number"
  | "pipe"
  | "raw-string"
  | "right-delimiter"
  | "right-paren"
  | "space"
  | "string"
  | "text"
  | "variable"
  | "keyword";

export interface Token {
  readonly type: TokenType;
  /** Offset in the template text, in UTF-16 units. */
  readonly pos: number;
  /** The token as written; for an error, its message. */
  readonly text: string;
  /** 1-based line on which the token starts. */
  readonly line: number;
}

const keywords = new Set([
  ".",
  "block",
  "break",
  "continue",
  "define",
  "else",
  "end",
  "if",
  "range",
  "nil",
  "template",
  "with",
]);
const encoder = new TextEncoder();
const number =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;
const word = /[\p{L}\p{Nd}_]*/uy;
const quoted = {
  '"': { pattern: /"(?:[^"\\\n]+|\\[^\n])*"/suy, type: "string", error: "unterminated quoted string" },
  "'": { pattern: /'(?:[^'\\\n]+|\\[^\n])*'/suy, type: "character", error: "unterminated character constant" },
  "`": { pattern: /`[^`]*`/suy, type: "raw-string", error: "unterminated raw quoted string" },
} as const;

/** The token as parse errors show it. */
export function tokenText(token: Token): string {
  if (token.type === "eof") return "EOF";
  if (token.type === "error") return token.text;
  if (token.type === "keyword") return `<${token.text}>`;
  if (encoder.encode(token.text).length > 10) return `${goQuote([...token.text].slice(0, 10).join(""))}...`;
  return goQuote(token.text);
}

/** A character as `%#U` shows it. */
function describeChar(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(char) ? `U+${code} '${char}'` : `U+${code}`;
}

/**
 * Splits a template into tokens; the last one is always `eof`, and an `error` token stands before it where the text breaks off.
 * @param names functions of the caller: one called `break` or `continue` takes that keyword away
 */
export function tokenize(text: string, names: ReadonlySet<string>): readonly Token[] {
  return new Lexer(text, names).run();
}

class Lexer {
  private readonly tokens: Token[] = [];
  private pos = 0;
  private line = 1;
  /** Up to where newlines have been counted. */
  private counted = 0;

  constructor(
    private readonly text: string,
    private readonly names: ReadonlySet<string>,
  ) {}

  run(): readonly Token[] {
    let going = true;
    while (going && this.pos < this.text.length) going = this.textThenAction();
    this.push("eof", this.pos, this.pos);
    return this.tokens;
  }

  private lineAt(pos: number): number {
    for (; this.counted < pos; this.counted += 1) if (this.text[this.counted] === "\n") this.line += 1;
    return this.line;
  }

  private push(type: TokenType, start: number, end: number): true {
    this.tokens.push({ type, pos: start, text: this.text.slice(start, end), line: this.lineAt(start) });
    this.pos = end;
    return true;
  }

  private fail(start: number, message: string): false {
    this.tokens.push({ type: "error", pos: start, text: message, line: this.lineAt(start) });
    return false;
  }

  /** Text up to the next action, and that action. False when the template breaks off here. */
  private textThenAction(): boolean {
    const found = this.text.indexOf("{{", this.pos);
    if (found < 0) return this.push("text", this.pos, this.text.length);
    const trims = /^-[ \t\r\n]/.test(this.text.slice(found + 2, found + 4));
    let end = found;
    if (trims) while (end > this.pos && isSpace(this.text[end - 1])) end -= 1;
    if (end > this.pos) this.push("text", this.pos, end);
    const inner = found + (trims ? 4 : 2);
    if (this.text.startsWith("/*", inner)) return this.comment(inner);
    this.push("left-delimiter", found, found + 2);
    this.pos = inner;
    return this.action();
  }

  private comment(start: number): boolean {
    const end = this.text.indexOf("*/", start + 2);
    if (end < 0) return this.fail(start, "unclosed comment");
    const close = this.rightDelimiter(end + 2);
    if (close === undefined) return this.fail(start, "comment ends before closing delimiter");
    this.pos = close.next;
    return true;
  }

  /** The closing delimiter at `pos`, perhaps with its trim marker: where it starts and where the text goes on. */
  private rightDelimiter(pos: number): { readonly start: number; readonly next: number } | undefined {
    if (this.text.startsWith("}}", pos)) return { start: pos, next: pos + 2 };
    if (!isSpace(this.text[pos]) || !this.text.startsWith("-}}", pos + 1)) return undefined;
    let next = pos + 4;
    while (isSpace(this.text[next])) next += 1;
    return { start: pos + 2, next };
  }

  private action(): boolean {
    let depth = 0;
    for (;;) {
      const start = this.pos;
      const close = this.rightDelimiter(start);
      if (close !== undefined) {
        if (depth > 0) return this.fail(start, "unclosed left paren");
        this.push("right-delimiter", close.start, close.start + 2);
        this.pos = close.next;
        return true;
      }
      const char = this.text.codePointAt(start);
      if (char === undefined) return this.fail(start, "unclosed action");
      const symbol = String.fromCodePoint(char);
      if (symbol === "(") depth += 1;
      if (symbol === ")") depth -= 1;
      if (depth < 0) return this.fail(start, "unexpected right paren");
      if (!this.token(start, symbol)) return false;
    }
  }

  /** One token inside an action. */
  private token(start: number, symbol: string): boolean {
    if (isSpace(symbol)) return this.space(start);
    switch (symbol) {
      case "=":
        return this.push("assign", start, start + 1);
      case ":":
        return this.text[start + 1] === "=" ? this.push("declare", start, start + 2) : this.fail(start, "expected :=");
      case "|":
        return this.push("pipe", start, start + 1);
      case "(":
        return this.push("left-paren", start, start + 1);
      case ")":
        return this.push("right-paren", start, start + 1);
      case '"':
      case "'":
      case "`":
        return this.quote(start, symbol);
      case "$":
        return this.name(start, "variable", "variable");
      case ".": {
        const next = this.text[start + 1] ?? "";
        return next !== "" && !/[0-9]/.test(next) ? this.name(start, "field", "keyword") : this.number(start);
      }
    }
    if (/[0-9+-]/.test(symbol)) return this.number(start);
    if (/[\p{L}\p{Nd}_]/u.test(symbol)) return this.identifier(start);
    if (/[!-~]/.test(symbol)) return this.push("char", start, start + 1);
    return this.fail(start, `unrecognized character in action: ${describeChar(symbol)}`);
  }

  private space(start: number): boolean {
    let end = start;
    while (isSpace(this.text[end])) end += 1;
    // The last space may belong to a closing delimiter with a trim marker.
    if (this.text.startsWith("-}}", end)) end -= 1;
    return this.push("space", start, end);
  }

  private quote(start: number, symbol: '"' | "'" | "`"): boolean {
    const { pattern, type, error } = quoted[symbol];
    const match = matchAt(pattern, this.text, start);
    return match === undefined ? this.fail(start, error) : this.push(type, start, start + match.length);
  }

  private number(start: number): boolean {
    const first = matchAt(number, this.text, start) ?? "";
    let end = start + first.length;
    let type: TokenType = "number";
    if (this.alphanumericAt(end)) return this.badNumber(start, end);
    if (/[+-]/.test(this.text[end] ?? "")) {
      end += (matchAt(number, this.text, end) ?? "").length;
      if (this.alphanumericAt(end)) return this.badNumber(start, end);
      if (this.text[end - 1] !== "i")
        return this.fail(start, `bad number syntax: ${goQuote(this.text.slice(start, end))}`);
      type = "complex";
    }
    return this.push(type, start, end);
  }

  private badNumber(start: number, end: number): false {
    const after = String.fromCodePoint(this.text.codePointAt(end) ?? 0);
    return this.fail(start, `bad number syntax: ${goQuote(this.text.slice(start, end) + after)}`);
  }

  private alphanumericAt(pos: number): boolean {
    return (matchAt(word, this.text, pos) ?? "") !== "";
  }

  /** A field or variable; `bare` is what its sigil alone is. */
  private name(start: number, type: "field" | "variable", bare: TokenType): boolean {
    const end = start + 1 + (matchAt(word, this.text, start + 1) ?? "").length;
    if (!this.terminatorAt(end)) return this.badCharacter(start, end);
    return this.push(end === start + 1 ? bare : type, start, end);
  }

  private identifier(start: number): boolean {
    const end = start + (matchAt(word, this.text, start) ?? "").length;
    if (!this.terminatorAt(end)) return this.badCharacter(start, end);
    const name = this.text.slice(start, end);
    const taken = (name === "break" || name === "continue") && this.names.has(name);
    if (keywords.has(name) && !taken) return this.push("keyword", start, end);
    return this.push(name === "true" || name === "false" ? "bool" : "identifier", start, end);
  }

  private badCharacter(start: number, end: number): false {
    return this.fail(start, `bad character ${describeChar(String.fromCodePoint(this.text.codePointAt(end) ?? 0))}`);
  }

  private terminatorAt(pos: number): boolean {
    const char = this.text[pos];
    return char === undefined || isSpace(char) || ".,|:)(".includes(char) || this.text.startsWith("}}", pos);
  }
}

function isSpace(char: string | undefined): boolean {
  return char === " " || char === "\t" || char === "\r" || char === "\n";
}

function matchAt(pattern: RegExp, text: string, pos: number): string | undefined {
  pattern.lastIndex = pos;
  return pattern.exec(text)?.[0];
}
