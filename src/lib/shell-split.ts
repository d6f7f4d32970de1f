/**
 * Splits text into words as a POSIX shell does: quotes and backslashes group, nothing is expanded.
 * @throws Error for a quote or an escape that does not end
 */
export function shellSplit(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? "";
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "'") {
      const end = text.indexOf("'", index + 1);
      if (end < 0) throw new Error("single quote is not closed");
      word = (word ?? "") + text.slice(index + 1, end);
      index = end;
    } else if (char === '"') {
      const { content, end } = doubleQuoted(text, index + 1);
      word = (word ?? "") + content;
      index = end;
    } else if (char === "\\") {
      if (index + 1 >= text.length) throw new Error("backslash at the end");
      index += 1;
      if (text[index] !== "\n") word = (word ?? "") + text[index];
    } else {
      word = (word ?? "") + char;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Inside double quotes a backslash escapes only `"`, `\`, `$`, a backquote and a line feed. */
function doubleQuoted(text: string, start: number): { readonly content: string; readonly end: number } {
  let content = "";
  for (let index = start; index < text.length; index += 1) {
    const char = text[index] ?? "";
    if (char === '"') return { content, end: index };
    const next = text[index + 1];
    if (char === "\\" && next !== undefined && '"\\$`\n'.includes(next)) {
      if (next !== "\n") content += next;
      index += 1;
    } else {
      content += char;
    }
  }
  throw new Error("double quote is not closed");
}
