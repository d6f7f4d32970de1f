/** True for letters, marks, numbers, punctuation and symbols; of the spaces only U+0020, and no control character. */
export function isPrintable(rune: string): boolean {
  // Most texts are ASCII, and the expression takes longer to compile than they take to read.
  if (rune >= " " && rune <= "~") return true;
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(rune);
}

/** A character by its number: `U+0007`. */
export function showRune(rune: string): string {
  const code = (rune.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `U+${code}`;
}
