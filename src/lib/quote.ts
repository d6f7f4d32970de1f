/** True for one line of printable text without a backquote, which messages may show between backquotes. */
function fitsBackquotes(text: string): boolean {
  return !/[\u0000-\u0008\u000a-\u001f\u007f`\ufeff]/.test(text) && text.isWellFormed();
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\t": "\\t",
  "\r": "\\r",
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\v": "\\v",
};

/** True for letters, marks, numbers, punctuation and symbols; of the spaces only U+0020, and no control character. */
export function isPrintable(rune: string): boolean {
  // Most texts are ASCII, and the expression takes longer to compile than they take to read.
  if (rune >= " " && rune <= "~") return true;
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(rune);
}

/** A character as Go escapes it: `\t`, `\x7f`, `\u00a0`, `\U000e0001`. */
export function goEscape(rune: string): string {
  const code = rune.codePointAt(0) ?? 0;
  const hex = (digits: number): string => code.toString(16).padStart(digits, "0");
  return escapes[rune] ?? (code < 0x80 ? `\\x${hex(2)}` : code < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`);
}

/** `text` as a double-quoted string with Go's escapes (strconv.Quote). */
export function goQuote(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  const escaped = [...text].map((rune) => (escapes[rune] === undefined && isPrintable(rune) ? rune : goEscape(rune)));
  return `"${escaped.join("")}"`;
}

/** `text` as messages quote values: between backquotes, or double-quoted where backquotes cannot hold it. */
export function quote(text: string): string {
  return fitsBackquotes(text) ? `\`${text}\`` : goQuote(text);
}

/** A list of values as messages show it: ``[`a` `b`]``. */
export function quoteList(texts: readonly string[]): string {
  return `[${texts.map(quote).join(" ")}]`;
}
