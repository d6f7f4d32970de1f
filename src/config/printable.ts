import { goEscape } from "../lib/quote.ts";

/** An unprintable character as Go's `%q` shows it; of a byte that is no UTF-8 (`textOfBytes`), the byte. */
export function quoteRune(rune: string): string {
  const code = rune.codePointAt(0) ?? 0;
  const isByte = code >= 0xdc80 && code <= 0xdcff;
  return `'${isByte ? `\\x${(code - 0xdc00).toString(16)}` : goEscape(rune)}'`;
}

/** A character by its number: `U+0007`. */
export function showRune(rune: string): string {
  const code = (rune.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `U+${code}`;
}
