import type { Host } from "../lib/host.ts";
import type { CommandEntry } from "./command.ts";
import { completeNames, type NameLists, nothing } from "./complete-names.ts";
import { type Candidate, type Completion, directive } from "./completion-types.ts";
import { accumulates } from "./flag-values.ts";
import type { FlagDef, FlagDefs } from "./flags.ts";
import { globalFlags, helpFlag, versionFlag } from "./global-flags.ts";
import { lookup } from "./lookup.ts";
import { parseArgs } from "./parse.ts";

export interface CompleteOptions {
  /** Top-level commands, plugins among them. */
  readonly commands: readonly CommandEntry[];
  readonly names: NameLists;
  readonly host: Host;
}

/**
 * What may stand at the end of a command line.
 * @param words the complete words after the program's name
 * @param typed the beginning of the next word, often empty
 * @throws UserError when the words before are not understood
 */
export async function complete(words: readonly string[], typed: string, options: CompleteOptions): Promise<Completion> {
  const rootFlags = { ...globalFlags, ...helpFlag("limactl"), ...versionFlag };
  const found = lookup(options.commands, words, rootFlags);
  const entry = found.path.at(-1);
  const command = entry?.target.kind === "command" ? await entry.target.load() : undefined;
  const flags: FlagDefs =
    entry === undefined ? rootFlags : { ...globalFlags, ...helpFlag(entry.name), ...command?.args };
  const ended = found.args.includes("--");

  const equals = typed.indexOf("=");
  if (!ended && typed.startsWith("-") && equals > 0) {
    const flag = flagNamed(flags, typed.slice(0, equals));
    return flag === undefined ? nothing : await flagValues(flag, typed.slice(equals + 1), options.host);
  }
  const waiting = ended ? undefined : waitingFlag(flags, found.args.at(-1));
  if (waiting !== undefined) {
    parseArgs(flags, found.args.slice(0, -1), command?.positionals.endsFlags);
    return await flagValues(waiting, typed, options.host);
  }
  if (found.unknown !== undefined) return nothing;
  const parsed = parseArgs(flags, found.args, command?.positionals.endsFlags);
  const positionalsOnly = command?.positionals.endsFlags === true && parsed.positionals.length > 0;
  if (!ended && !positionalsOnly && typed.startsWith("-")) {
    return { candidates: flagNames(flags, parsed.changed, typed), directive: directive.noFiles };
  }
  const siblings = entry === undefined ? options.commands : groupOf(entry);
  if (siblings !== undefined) {
    const candidates = parsed.positionals.length > 0 ? [] : commandNames(siblings, typed);
    return { candidates, directive: directive.noFiles };
  }
  if (entry?.target.kind === "help") return helpTopics(options.commands, parsed.positionals, typed);
  const required = ended ? [] : requiredFlags(flags, parsed.changed);
  const listed = await completeNames(command?.positionals, parsed.positionals, typed, options.names);
  return { ...listed, candidates: [...required, ...listed.candidates] };
}

function groupOf(entry: CommandEntry): readonly CommandEntry[] | undefined {
  return entry.target.kind === "group" ? entry.target.commands : undefined;
}

function commandNames(commands: readonly CommandEntry[], typed: string): readonly Candidate[] {
  return commands
    .filter((entry) => entry.hidden !== true && entry.group !== "topic" && entry.name.startsWith(typed))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => ({ value: entry.name, description: entry.short }));
}

function helpTopics(commands: readonly CommandEntry[], words: readonly string[], typed: string): Completion {
  const found = lookup(commands, words, {});
  if (found.unknown !== undefined || found.args.length > 0) return nothing;
  const entry = found.path.at(-1);
  const siblings = entry === undefined ? commands : (groupOf(entry) ?? []);
  return { candidates: commandNames(siblings, typed), directive: directive.noFiles };
}

/** The option that a word as `--name` or `-n` names. */
function flagNamed(flags: FlagDefs, word: string): FlagDef | undefined {
  if (word.startsWith("--")) {
    const name = word.slice(2);
    return Object.hasOwn(flags, name) ? flags[name] : undefined;
  }
  return Object.values(flags).find((flag) => flag.alias === word.slice(1));
}

/** The option whose value must come next after this word, if any. */
function waitingFlag(flags: FlagDefs, word: string | undefined): FlagDef | undefined {
  if (word === undefined || !word.startsWith("-") || word === "-" || word.includes("=")) return undefined;
  const flag = word.startsWith("--") ? flagNamed(flags, word) : lastOfGroup(flags, word);
  return flag === undefined || flag.type === "boolean" ? undefined : flag;
}

/** In `-rvf` the value belongs to `f`, provided that all before it are booleans. */
function lastOfGroup(flags: FlagDefs, word: string): FlagDef | undefined {
  const letters = Array.from(word.slice(1));
  const before = letters.slice(0, -1).map((letter) => flagNamed(flags, `-${letter}`));
  return before.every((flag) => flag?.type === "boolean") ? flagNamed(flags, `-${letters.at(-1)}`) : undefined;
}

function flagNames(flags: FlagDefs, used: ReadonlySet<string>, typed: string): readonly Candidate[] {
  const isGlobal = (name: string) => Object.hasOwn(globalFlags, name);
  const open = Object.entries(flags)
    .filter(([name, flag]) => flag.hidden !== true && (!used.has(name) || accumulates(flag.type)))
    .sort(([a], [b]) => Number(isGlobal(b)) - Number(isGlobal(a)) || (a < b ? -1 : 1));
  const required = open.filter(([name, flag]) => flag.required === true && !used.has(name));
  return (required.length > 0 ? required : open).flatMap(([name, flag]) => flagWords(name, flag, typed));
}

function flagWords(name: string, flag: FlagDef, typed: string): readonly Candidate[] {
  const { description } = flag;
  const words = flag.alias === undefined ? [`--${name}`] : [`--${name}`, `-${flag.alias}`];
  return words.filter((word) => word.startsWith(typed)).map((value) => ({ value, description }));
}

function requiredFlags(flags: FlagDefs, used: ReadonlySet<string>): readonly Candidate[] {
  return Object.entries(flags)
    .filter(([name, flag]) => flag.required === true && !used.has(name))
    .flatMap(([name, flag]) => flagWords(name, flag, ""));
}

async function flagValues(flag: FlagDef, typed: string, host: Host): Promise<Completion> {
  if (flag.complete === undefined) return nothing;
  const answer = typeof flag.complete === "function" ? await flag.complete(typed, host) : flag.complete;
  if ("directive" in answer) return answer;
  return { candidates: answer.map((value) => ({ value })), directive: directive.noFiles };
}
