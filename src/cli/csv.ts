import { UserError } from "../lib/errors.ts";

const bareQuote = 'bare " in non-quoted field';
const strayQuote = 'extraneous or missing " in quoted-field';

/** UTF-8 length, because positions in messages count bytes. */
function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

function problem(startLine: number, line: number, column: number, what: string): UserError {
  const where = `parse error on line ${line}, column ${column}: ${what}`;
  return new UserError(startLine === line ? where : `record on line ${startLine}; ${where}`);
}

/** The text's lines, each with its `\n` (a `\r` before it is dropped), and none for the empty rest. */
function splitLines(text: string): readonly string[] {
  const lines = text.split(/(?<=\n)/).map((line) => (line.endsWith("\r\n") ? `${line.slice(0, -2)}\n` : line));
  const last = lines.at(-1);
  if (last?.endsWith("\r")) lines[lines.length - 1] = last.slice(0, -1);
  return lines.filter((line) => line !== "");
}

/**
 * The first record of a CSV text (RFC 4180, comma, as Go's `encoding/csv` reads it): quoted fields may hold commas, line
 * ends and doubled quotes; a quote elsewhere is an error.
 * @throws UserError with line and byte column; `EOF` when there is no record
 */
export function parseCsvRecord(text: string): readonly string[] {
  const lines = splitLines(text);
  let lineNumber = 0;
  while (lines[lineNumber] === "\n") lineNumber += 1;
  const first = lines[lineNumber];
  if (first === undefined) throw new UserError("EOF");
  const startLine = lineNumber + 1;
  let line = first;
  let column = 1;
  const fields: string[] = [];

  const advance = (length: number): string => {
    const taken = line.slice(0, length);
    line = line.slice(length);
    column += byteLength(taken);
    return taken;
  };

  for (;;) {
    if (!line.startsWith('"')) {
      const comma = line.indexOf(",");
      const field = comma >= 0 ? line.slice(0, comma) : line.replace(/\n$/, "");
      const quoteAt = field.indexOf('"');
      if (quoteAt >= 0) {
        throw problem(startLine, lineNumber + 1, column + byteLength(field.slice(0, quoteAt)), bareQuote);
      }
      fields.push(field);
      if (comma < 0) return fields;
      advance(comma + 1);
      continue;
    }
    advance(1);
    let field = "";
    for (;;) {
      const quoteAt = line.indexOf('"');
      if (quoteAt >= 0) {
        field += advance(quoteAt);
        advance(1);
        if (line.startsWith('"')) {
          field += advance(1);
          continue;
        }
        if (line === "" || line === "\n") return [...fields, field];
        if (!line.startsWith(",")) throw problem(startLine, lineNumber + 1, column - 1, strayQuote);
        advance(1);
        break;
      }
      if (line === "") throw problem(startLine, lineNumber + 1, column, strayQuote);
      field += advance(line.length);
      const next = lines[lineNumber + 1];
      if (next === undefined) continue;
      lineNumber += 1;
      line = next;
      column = 1;
    }
    fields.push(field);
  }
}
