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

/** `text` as a double-quoted string with Go's escapes (strconv.Quote). */
export function goQuote(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const short = escapes[char];
    if (short !== undefined) out += short;
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else if ((code >= 0x80 && code < 0xa0) || code === 0xad || code === 0xfeff || (code >= 0xd800 && code < 0xe000))
      out += `\\u${code.toString(16).padStart(4, "0")}`;
    else out += char;
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
