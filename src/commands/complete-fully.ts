import type { CommandEntry } from "../cli/command.ts";
import { completeNames, namesWanted, writeAnswer } from "../cli/complete-names.ts";
import { type Completion, directive } from "../cli/completion-types.ts";
import { errorText } from "../lib/errors.ts";
import type { Host } from "../lib/host.ts";
import { readHost } from "../lib/host-read.ts";
import { instanceNames, limaHome } from "../store/directories.ts";
import { registry } from "./registry.ts";

/**
 * Answers `limactl __complete` for whatever is completed, also for what `complete.ts` leaves to it.
 * @param args the words after the program's name
 * @param calledAs the program's name as the caller gave it
 * @returns the exit code
 */
export async function completeFully(args: readonly string[], calledAs: string): Promise<number> {
  const host = readHost();
  const describe = args[0] === "__complete" && wantsDescriptions(host);
  const { answer, problem } = await answerTo(args.slice(1), host, calledAs);
  if (problem !== undefined) console.error(problem);
  writeAnswer(answer, describe);
  return 0;
}

async function answerTo(
  words: readonly string[],
  host: Host,
  calledAs: string,
): Promise<{ readonly answer: Completion; readonly problem?: string }> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const names = {
    instances: async () => instanceNames(limaHome(host)),
    templates: () => templateNames(host, typed),
    disks: async () => [],
    networks: async () => networkNames(host),
  };
  try {
    const kind = namesWanted(registry, before, typed);
    if (kind !== undefined) return { answer: await completeNames({ complete: kind }, before, typed, names) };
    const { complete } = await import("../cli/complete.ts");
    const commands = [...registry, ...(await pluginCommands(words, host, calledAs))];
    return { answer: await complete(before, typed, { commands, host, names }) };
  } catch (error) {
    return { answer: { candidates: [], directive: directive.default }, problem: errorText(error) };
  }
}

/** Plugins matter only while a command's name is being typed; else their search of PATH is saved. */
async function pluginCommands(
  words: readonly string[],
  host: Host,
  calledAs: string,
): Promise<readonly CommandEntry[]> {
  const typesCommand = words.slice(0, -1).every((word) => word.startsWith("-") || word === "help");
  if (!typesCommand) return [];
  const { findPlugins, pluginDirectories, pluginEntries } = await import("../cli/plugins.ts");
  return pluginEntries(findPlugins(host, pluginDirectories(host, calledAs)), registry);
}

function wantsDescriptions(host: Host): boolean {
  const value = host.env.LIMACTL_COMPLETION_DESCRIPTIONS ?? host.env.COBRA_COMPLETION_DESCRIPTIONS ?? "";
  return !["0", "f", "F", "false", "FALSE", "False"].includes(value);
}

async function networkNames(host: Host): Promise<readonly string[]> {
  const [{ peekNetworks }, networks] = await Promise.all([
    import("../network/load.ts"),
    import("../network/networks.ts"),
  ]);
  const logger = { warn: () => undefined };
  return networks.networkNames(peekNetworks({ host, limaHome: limaHome(host), logger }));
}

/** Internal templates are named only to those who ask for them. */
async function templateNames(host: Host, typed: string): Promise<readonly string[]> {
  const [{ openTemplates }, { isHiddenTemplate, listTemplates }] = await Promise.all([
    import("./templates.ts"),
    import("../config/templates/store.ts"),
  ]);
  const { source } = await openTemplates({ host });
  const names = (await listTemplates(source)).map(({ name }) => name);
  return typed.startsWith("template:_") ? names : names.filter((name) => !isHiddenTemplate(name));
}
