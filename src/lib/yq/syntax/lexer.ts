import { UserError } from "../../errors.ts";

/** A word of an expression. `text` is what it means (a path's key, a string's raw inside, an operator's symbol). */
export interface Token {
  readonly type: "symbol" | "operator" | "path" | "variable" | "string" | "number" | "name" | "verbatim" | "end";
  readonly text: string;
  /** Flags of `*`, `=` and their kin; the argument of `env(...)`. */
  readonly detail: string;
  /** A path or bracket followed by `?`. */
  readonly optional: boolean;
  readonly at: number;
}

/** Why and where an expression is none. */
export function syntaxError(source: string, at: number, reason?: string): UserError {
  const before = source.slice(0, at).split("\n");
  const place = `${before.length}:${(before.at(-1) ?? "").length + 1}`;
  const rest = source.slice(at);
  return new UserError(
    `${place}: invalid input text ${JSON.stringify(rest === "" ? "<end of expression>" : rest)}${reason ? ` (${reason})` : ""}`,
  );
}

interface Rule {
  readonly pattern: RegExp;
  readonly make: (match: RegExpExecArray) => Partial<Token> & Pick<Token, "type" | "text">;
}

const rules: readonly Rule[] = [
  { pattern: /\.\[/y, make: () => ({ type: "symbol", text: ".[" }) },
  { pattern: /\.\.\.?/y, make: (m) => ({ type: "symbol", text: m[0] }) },
  { pattern: /\."((?:[^"\\]|\\.)+)"(\??)/y, make: (m) => ({ type: "path", text: m[1]!, optional: m[2] !== "" }) },
  { pattern: /\.([^\s;}{:[\],|.()=!?"]+)(\??)/y, make: (m) => ({ type: "path", text: m[1]!, optional: m[2] !== "" }) },
  { pattern: /\./y, make: () => ({ type: "symbol", text: "." }) },
  { pattern: /\](\??)/y, make: (m) => ({ type: "symbol", text: "]", optional: m[1] !== "" }) },
  { pattern: /[()[{};:,]/y, make: (m) => ({ type: "symbol", text: m[0] }) },
  { pattern: /\$([a-zA-Z_\-0-9]+)/y, make: (m) => ({ type: "variable", text: m[1]! }) },
  { pattern: /"((?:[^"\\]|\\[\s\S])*)"/y, make: (m) => ({ type: "string", text: m[1]! }) },
  {
    pattern: /(strenv|str_env|env|envsubst)\(([^)]*)\)/y,
    make: (m) => ({ type: "verbatim", text: m[1]!, detail: m[2]! }),
  },
  {
    pattern: /-?(?:0[xX][0-9a-fA-F]+|0o[0-7]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)/y,
    make: (m) => ({ type: "number", text: m[0] }),
  },
  { pattern: /[a-zA-Z_][a-zA-Z0-9_]*|@[a-z0-9]+|~/y, make: (m) => ({ type: "name", text: m[0] }) },
  { pattern: /==|!=|>=|<=|>|</y, make: (m) => ({ type: "operator", text: m[0] }) },
  { pattern: /(\/\/=?|\+=?|-=?|\/=?|%=?)(c?)/y, make: (m) => ({ type: "operator", text: m[1]!, detail: m[2]! }) },
  { pattern: /(\*=?)([+?cdn]*)/y, make: (m) => ({ type: "operator", text: m[1]!, detail: m[2]! }) },
  { pattern: /(\|=|=)(c?)(?![a-z])/y, make: (m) => ({ type: "operator", text: m[1]!, detail: m[2]! }) },
  { pattern: /\|=|=/y, make: (m) => ({ type: "operator", text: m[0] }) },
  { pattern: /\|/y, make: () => ({ type: "operator", text: "|" }) },
];

const blank = /(?:\s+|#[^\n]*)*/y;

/** Splits an expression into tokens; the last one is `end`. @throws UserError naming the place and the text that is no token */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    blank.lastIndex = at;
    blank.exec(source);
    at = Math.max(at, blank.lastIndex);
    if (at >= source.length) break;
    const token = next(source, at);
    tokens.push(token.token);
    at = token.end;
  }
  tokens.push({ type: "end", text: "", detail: "", optional: false, at: source.length });
  return tokens;
}

function next(source: string, at: number): { readonly token: Token; readonly end: number } {
  if (source[at] === '"') return stringToken(source, at);
  for (const rule of rules) {
    rule.pattern.lastIndex = at;
    const match = rule.pattern.exec(source);
    if (match === null) continue;
    let end = at + match[0].length;
    let token: Token = { detail: "", optional: false, at, ...rule.make(match) };
    // `.a+=1` means `.a += 1`: an operator's sign right before `=` is no part of the key
    const sign = token.type === "path" && !match[0].startsWith('."') ? /(?:\/\/|[-+*/%])$/.exec(token.text) : null;
    if (sign !== null && source[end] === "=" && source[end + 1] !== "=" && sign.index > 0) {
      token = { ...token, text: token.text.slice(0, sign.index) };
      end -= sign[0].length;
    }
    return { token, end };
  }
  throw syntaxError(source, at);
}

/** A string literal; quotes inside of `\(...)` belong to the interpolated expression. */
function stringToken(source: string, start: number): { readonly token: Token; readonly end: number } {
  let at = start + 1;
  while (at < source.length && source[at] !== '"') {
    if (source[at] === "\\" && source[at + 1] === "(") {
      const close = interpolationEnd(source, at + 2);
      at = close === -1 ? at + 2 : close + 1;
    } else at += source[at] === "\\" ? 2 : 1;
  }
  if (at >= source.length) throw syntaxError(source, start, "the string has no closing quote");
  const token: Token = { type: "string", text: source.slice(start + 1, at), detail: "", optional: false, at: start };
  return { token, end: at + 1 };
}

/** The index of the `)` that ends an interpolation starting at `at`, or -1. */
export function interpolationEnd(source: string, at: number): number {
  let depth = 1;
  for (let i = at; i < source.length; i++) {
    const char = source[i];
    if (char === "\\") i++;
    else if (char === '"') {
      i++;
      while (i < source.length && source[i] !== '"') i += source[i] === "\\" ? 2 : 1;
    } else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return i;
  }
  return -1;
}
