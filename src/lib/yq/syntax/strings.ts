import type { Expression, StringPart } from "./ast.ts";
import { interpolationEnd } from "./lexer.ts";

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  n: "\n",
  t: "\t",
  r: "\r",
  f: "\f",
  v: "\v",
  b: "\b",
  a: "\x07",
};

/** The text that is meant by what stands between the quotes. An unknown escape stays as it is written, and so does `\\(`. */
function unescaped(raw: string): string {
  return raw.replace(/\\\\\(|\\([\s\S])/g, (whole, char?: string) =>
    char !== undefined && Object.hasOwn(escapes, char) ? escapes[char]! : whole,
  );
}

/**
 * The parts of a string literal from its text between the quotes: escapes are resolved and `\(exp)` becomes an expression; two
 * backslashes that are left then stand for one. Where an interpolation is never closed all stays as it is.
 */
export function stringParts(raw: string, parse: (source: string) => Expression): readonly StringPart[] {
  const source = unescaped(raw);
  const parts: StringPart[] = [];
  let text = "";
  for (let i = 0; i < source.length; i++) {
    const next = source[i + 1];
    if (source[i] !== "\\" || (next !== "(" && next !== "\\")) {
      text += source[i];
      continue;
    }
    if (next === "\\") {
      text += next;
      i++;
      continue;
    }
    const close = interpolationEnd(source, i + 2);
    if (close === -1) return [source];
    if (text !== "") parts.push(text);
    text = "";
    parts.push(parse(source.slice(i + 2, close)));
    i = close;
  }
  if (text !== "" || parts.length === 0) parts.push(text);
  return parts;
}
