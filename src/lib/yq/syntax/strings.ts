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

/**
 * The parts of a string literal from its text between the quotes: escapes are resolved and `\(exp)` becomes an expression.
 * An unknown escape stays as it is written, and so does an interpolation that is never closed.
 */
export function stringParts(raw: string, parse: (source: string) => Expression): readonly StringPart[] {
  const parts: StringPart[] = [];
  let text = "";
  for (let i = 0; i < raw.length; i++) {
    const next = raw[i + 1];
    if (raw[i] !== "\\" || next === undefined) {
      text += raw[i];
      continue;
    }
    const unicode = next === "u" ? /^[0-9a-fA-F]{4}/.exec(raw.slice(i + 2)) : null;
    if (unicode !== null) {
      text += String.fromCharCode(Number.parseInt(unicode[0], 16));
      i += 5;
      continue;
    }
    const close = next === "(" ? interpolationEnd(raw, i + 2) : -1;
    if (close !== -1) {
      if (text !== "") parts.push(text);
      text = "";
      parts.push(parse(raw.slice(i + 2, close)));
      i = close;
    } else {
      text += escapes[next] ?? `\\${next}`;
      i++;
    }
  }
  if (text !== "" || parts.length === 0) parts.push(text);
  return parts;
}
