import { dirname, join } from "node:path";
import type { Output } from "../cli/command.ts";
import { globalFlagsAt } from "../cli/global-flags.ts";
import { commandHelp, groupHelp, helpCommandHelp, rootHelp } from "../cli/help.ts";
import { lookup } from "../cli/lookup.ts";
import { findPlugins, pluginDirectories, pluginEntries } from "../cli/plugins.ts";
import { readHost } from "../lib/host-read.ts";
import { quoteList } from "../lib/quote.ts";
import { pluginHelp } from "./plugin.ts";
import { registry } from "./registry.ts";

/** The root's help with the plugins of this host. */
export function rootHelpText(calledAs: string, output: Output): string {
  const host = readHost();
  const plugins = findPlugins(host, pluginDirectories(host, calledAs));
  const prefix = dirname(dirname(host.self.at(-1) ?? ""));
  const templates = join(prefix, "share", "lima", "templates");
  return rootHelp(registry, pluginEntries(plugins, registry), templates, globalFlagsAt(output.isTerminal));
}

/** Shows the help of the command that the words name; words that name none get the root's usage and a complaint. */
export async function showHelp(
  words: readonly string[],
  calledAs: string,
  stdout: Output,
  stderr: Output,
): Promise<void> {
  if (words.length === 0) {
    stdout.write(rootHelpText(calledAs, stdout));
    return;
  }
  const found = lookup(registry, words, {});
  const entry = found.path.at(-1);
  if (entry === undefined) {
    const text = pluginHelp(words[0] ?? "", readHost(), calledAs);
    if (text !== undefined) stdout.write(text);
    else {
      const usage = rootHelpText(calledAs, stdout).replace(/^.*?(?=Usage:)/s, "");
      stderr.write(`Unknown help topic ${quoteList(words)}\n${usage}`);
    }
    return;
  }
  const path = ["limactl", ...found.path.map((step) => step.name)].join(" ");
  const { target } = entry;
  const globals = globalFlagsAt(stdout.isTerminal);
  switch (target.kind) {
    case "command":
      stdout.write(commandHelp(path, entry, await target.load(), globals));
      break;
    case "group":
      stdout.write(groupHelp(path, entry, globals));
      break;
    case "help":
      stdout.write(helpCommandHelp(globals));
      break;
    case "topic":
      stdout.write(`${target.text}\n`);
      break;
  }
}
