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

/** What Go takes for not printable: controls, formats, what has no character, and every space but the plain one. */
const unprintable = /[\p{C}\p{Z}]/u;

/** `text` as a double-quoted string with Go's escapes (strconv.Quote). */
export function goQuote(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const short = escapes[char];
    if (short !== undefined) out += short;
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else if (char === " " || !unprintable.test(char)) out += char;
    else if (code < 0x10000) out += `\\u${code.toString(16).padStart(4, "0")}`;
    else out += `\\U${code.toString(16).padStart(8, "0")}`;
  }
  return `${out}"`;
}

/** `text` as messages quote values: between backquotes, or double-quoted where backquotes cannot hold it. */
export function quote(text: string): string {
  return fitsBackquotes(text) ? `\`${text}\`` : goQuote(text);
}

/** A list of values as messages show it: ``[`a` `b`]``. */
export function quoteList(texts: readonly string[]): string {
  return `[${texts.map(quote).join(" ")}]`;
}
