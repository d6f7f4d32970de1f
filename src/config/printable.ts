/** True for letters, marks, numbers, punctuation and symbols; of the spaces only U+0020, and no control character. */
export function isPrintable(rune: string): boolean {
  // Most texts are ASCII, and the expression takes longer to compile than they take to read.
  if (rune >= " " && rune <= "~") return true;
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(rune);
}

const namedEscapes: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** An unprintable character as Go's `%q` shows it: `'\t'`, `'\x7f'`, `'\u00a0'`, `'\U000e0001'`. */
export function quoteRune(rune: string): string {
  let code = rune.codePointAt(0) ?? 0;
  const hex = (digits: number): string => code.toString(16).padStart(digits, "0");
  // a byte that is no UTF-8 (`textOfBytes`)
  const isByte = code >= 0xdc80 && code <= 0xdcff;
  if (isByte) code -= 0xdc00;
  const number = code < 0x80 || isByte ? `\\x${hex(2)}` : code < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`;
  return `'${namedEscapes[rune] ?? number}'`;
}

/** A character by its number: `U+0007`. */
export function showRune(rune: string): string {
  const code = (rune.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `U+${code}`;
}
