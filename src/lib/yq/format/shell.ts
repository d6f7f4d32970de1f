/** A text as one word of a POSIX shell, quoted only where it has to be: `a b's` is `a' b'\''s`. */
export function shellQuote(value: string): string {
  let result = "";
  let quoted = false;
  for (const char of value) {
    if (char === "'") {
      result += quoted ? "'\\'" : "\\'";
      quoted = false;
    } else {
      if (!quoted && !/[A-Za-z0-9_@%+=:,./-]/.test(char)) {
        result += "'";
        quoted = true;
      }
      result += char;
    }
  }
  if (quoted) result += "'";
  return result;
}
