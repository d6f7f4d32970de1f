import type { CommandEntry, Output } from "../cli/command.ts";
import { complete as completeWords, completionText, directiveText } from "../cli/complete.ts";
import { type Completion, directive } from "../cli/completion-types.ts";
import { findPlugins, pluginDirectories, pluginEntries } from "../cli/plugins.ts";
import { errorText } from "../lib/errors.ts";
import type { Host } from "../lib/host.ts";
import { readHost } from "../lib/host-read.ts";
import { instanceNames, limaHome } from "../store/directories.ts";

export interface CompleteCall {
  readonly commands: readonly CommandEntry[];
  readonly calledAs: string;
  /** Candidates carry descriptions, unless the environment says no. */
  readonly describe: boolean;
  readonly stdout: Output;
  readonly stderr: Output;
}

/**
 * `limactl __complete WORD... LASTWORD`: what the completion scripts call.
 * @returns the exit code
 */
export async function complete(words: readonly string[], call: CompleteCall): Promise<number> {
  const host = readHost();
  const commands = [...call.commands, ...pluginCommands(words, host, call)];
  let answer: Completion = { candidates: [], directive: directive.default };
  try {
    answer = await completeWords(words.slice(0, -1), words.at(-1) ?? "", {
      commands,
      host,
      names: {
        instances: async () => instanceNames(limaHome(host)),
        templates: () => templateNames(host, words.at(-1) ?? ""),
        disks: async () => [],
        networks: async () => networkNames(host),
      },
    });
  } catch (error) {
    call.stderr.write(`${errorText(error)}\n`);
  }
  call.stdout.write(completionText(answer, call.describe && wantsDescriptions(host)));
  call.stderr.write(`Completion ended with directive: ${directiveText(answer.directive)}\n`);
  return 0;
}

/** Plugins matter only while a command's name is being typed; else their search of PATH is saved. */
function pluginCommands(words: readonly string[], host: Host, call: CompleteCall): readonly CommandEntry[] {
  const typesCommand = words.slice(0, -1).every((word) => word.startsWith("-") || word === "help");
  return typesCommand ? pluginEntries(findPlugins(host, pluginDirectories(host, call.calledAs)), call.commands) : [];
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
