import type { CommandEntry, Positionals } from "./command.ts";
import { type Candidate, type Completion, directive, type PositionalKind } from "./completion-types.ts";
import { lookup } from "./lookup.ts";

/** What lists names of existing things; a listing that fails completes to nothing. */
export interface NameLists {
  instances(): Promise<readonly string[]>;
  templates(): Promise<readonly string[]>;
  disks(): Promise<readonly string[]>;
  networks(): Promise<readonly string[]>;
}

export const nothing: Completion = { candidates: [], directive: directive.default };

/** What names stand wherever a positional argument is typed, so that nothing else of the command need be known. */
export function namesWanted(
  commands: readonly CommandEntry[],
  words: readonly string[],
  typed: string,
): CommandEntry["completes"] {
  if ([...words, typed].some((word) => word.startsWith("-"))) return undefined;
  return lookup(commands, words, {}).path.at(-1)?.completes;
}

async function listNames(list: () => Promise<readonly string[]>): Promise<readonly string[] | undefined> {
  try {
    return await list();
  } catch {
    return undefined;
  }
}

/** What positional arguments may be: names of existing things, or the words that a command declares. */
export async function completeNames(
  positionals: Pick<Positionals, "complete" | "words"> | undefined,
  words: readonly string[],
  typed: string,
  names: NameLists,
): Promise<Completion> {
  const kind: PositionalKind = positionals?.complete ?? "files";
  const all = async (list: () => Promise<readonly string[]>): Promise<Completion> => {
    const values = await listNames(list);
    if (values === undefined) return nothing;
    return { candidates: values.map((value) => ({ value })), directive: directive.noFiles };
  };
  switch (kind) {
    case "instances":
      return await all(names.instances);
    case "disks":
      return await all(names.disks);
    case "networks":
      return await all(names.networks);
    case "templates":
      return { candidates: await templateNames(names, typed), directive: directive.default };
    case "instances+templates": {
      const instances = (await listNames(names.instances)) ?? [];
      const candidates = [...instances.map((value) => ({ value })), ...(await templateNames(names, typed))];
      return { candidates, directive: directive.default };
    }
    case "nothing":
      return { candidates: [], directive: directive.noFiles };
    case "words":
      return words.length > 0
        ? { candidates: [], directive: directive.noFiles }
        : { candidates: (positionals?.words ?? []).map((value) => ({ value })), directive: directive.noFiles };
    case "files":
      return nothing;
  }
}

/** `template:NAME` for the typed beginning; after a `/`, entries that start with `_` are internal. */
async function templateNames(names: NameLists, typed: string): Promise<readonly Candidate[]> {
  const templates = (await listNames(names.templates)) ?? [];
  return templates
    .map((name) => `template:${name}`)
    .filter((value) => value.startsWith(typed))
    .filter((value) => !(typed.endsWith("/") && value.slice(typed.length).startsWith("_")))
    .map((value) => ({ value }));
}

const directiveNames = [
  [directive.error, "ShellCompDirectiveError"],
  [directive.noSpace, "ShellCompDirectiveNoSpace"],
  [directive.noFiles, "ShellCompDirectiveNoFileComp"],
  [directive.filterExtension, "ShellCompDirectiveFilterFileExt"],
  [directive.directories, "ShellCompDirectiveFilterDirs"],
  [directive.keepOrder, "ShellCompDirectiveKeepOrder"],
] as const;

/** The names of a sum of directive bits, for the protocol's line on stderr. */
export function directiveText(bits: number): string {
  const named = directiveNames.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
  return named.length === 0 ? "ShellCompDirectiveDefault" : named.join(", ");
}

/** The answer as the shell scripts read it: a candidate per line, then `:BITS`; without the last newline. */
export function completionText(completion: Completion, describe: boolean): string {
  const lines = completion.candidates.map(({ value, description = "" }) => {
    const text = description.split("\n")[0]?.trim() ?? "";
    return describe && text !== "" ? `${value}\t${text}` : value;
  });
  return [...lines, `:${completion.directive}`].join("\n");
}

/** Answers the shell script; by the console, for the first call of `writeSync` alone takes half a millisecond. */
export function writeAnswer(answer: Completion, describe: boolean): void {
  console.log(completionText(answer, describe));
  console.error(`Completion ended with directive: ${directiveText(answer.directive)}`);
}
