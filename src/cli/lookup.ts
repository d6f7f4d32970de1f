import type { CommandEntry } from "./command.ts";
import type { FlagDefs } from "./flags.ts";

/** Where a command line leads: the entries from the top-level command downwards (none: the root), and the arguments left. */
export interface Lookup {
  readonly path: readonly CommandEntry[];
  /** The arguments without the words that named the commands; options before them are kept. */
  readonly args: readonly string[];
  /** At the root only: the first word, which names no command. */
  readonly unknown: string | undefined;
}

/** The index of the first word that is neither an option nor, as far as `flags` tell, an option's value. */
function firstWord(args: readonly string[], flags: FlagDefs): number {
  const takesValue = (name: string) => !Object.hasOwn(flags, name) || flags[name]?.type !== "boolean";
  const shortTakesValue = (letter: string) =>
    Object.values(flags).find((flag) => flag.alias === letter)?.type !== "boolean";
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? "";
    if (word === "--") return -1;
    if (word === "" || word === "-" || (word.startsWith("-") && word.includes("="))) continue;
    if (!word.startsWith("-")) return index;
    if (word.startsWith("--") ? takesValue(word.slice(2)) : word.length === 2 && shortTakesValue(word.slice(1)))
      index += 1;
  }
  return -1;
}

/** The entry with this name or alias. */
function findEntry(commands: readonly CommandEntry[], word: string): CommandEntry | undefined {
  return commands.find((command) => command.name === word || command.aliases?.includes(word));
}

/**
 * Finds the command that a command line names. Options may stand before and between the names.
 * @param flags the options known before a command is loaded: global, help, version
 */
export function lookup(commands: readonly CommandEntry[], args: readonly string[], flags: FlagDefs): Lookup {
  const path: CommandEntry[] = [];
  let siblings = commands;
  let rest = args;
  for (;;) {
    const index = firstWord(rest, flags);
    const word = rest[index];
    if (index < 0 || word === undefined) return { path, args: rest, unknown: undefined };
    const entry = findEntry(siblings, word);
    if (entry === undefined) return { path, args: rest, unknown: path.length === 0 ? word : undefined };
    path.push(entry);
    rest = rest.toSpliced(index, 1);
    if (entry.target.kind !== "group") return { path, args: rest, unknown: undefined };
    siblings = entry.target.commands;
  }
}
