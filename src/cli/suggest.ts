import { goQuote } from "../lib/quote.ts";
import type { CommandEntry } from "./command.ts";

/** The number of single-character edits between two words, letter case apart. */
function editDistance(a: string, b: string): number {
  const left = a.toLowerCase();
  const right = b.toLowerCase();
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const substitute = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

/** The visible commands that `word` may have been meant for, in their order. */
export function suggestions(word: string, commands: readonly CommandEntry[]): readonly string[] {
  return commands
    .filter((command) => command.hidden !== true)
    .filter(
      (command) =>
        command.name.toLowerCase().startsWith(word.toLowerCase()) ||
        editDistance(word, command.name) <= 2 ||
        (command.suggestFor ?? []).some((synonym) => synonym.toLowerCase() === word.toLowerCase()),
    )
    .map((command) => command.name);
}

/** The message for a word that names no top-level command. */
export function unknownCommand(word: string, commands: readonly CommandEntry[]): string {
  const names = suggestions(word, commands);
  const hint = names.length === 0 ? "" : `\n\nDid you mean this?\n${names.map((name) => `\t${name}\n`).join("")}`;
  return `unknown command ${goQuote(word)} for "limactl"${hint}`;
}
