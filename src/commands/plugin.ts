import { delimiter } from "node:path";
import { findPlugins, type Plugin, pluginDirectories, pluginEntries } from "../cli/plugins.ts";
import { unknownCommand } from "../cli/suggest.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { childEnv } from "../lib/exec.ts";
import type { Host } from "../lib/host.ts";
import { quote } from "../lib/quote.ts";
import { registry } from "./registry.ts";

/**
 * Runs the plugin of that name with the arguments as they are and the terminal as its own.
 * @param accept called when there is such a plugin, before it runs
 * @returns its exit code, 255 after a signal
 * @throws UserError that names commands and plugins with a like name when there is no such plugin
 */
export async function runPlugin(
  name: string,
  args: readonly string[],
  host: Host,
  calledAs: string,
  accept: () => void,
): Promise<number> {
  const directories = pluginDirectories(host, calledAs);
  const plugins = findPlugins(host, directories);
  const plugin = plugins.find((candidate) => candidate.name === name);
  if (plugin === undefined) {
    throw new UserError(unknownCommand(name, [...registry, ...pluginEntries(plugins, registry)]));
  }
  accept();
  return await runToEnd(plugin, args, { ...host.env, PATH: directories.join(delimiter) });
}

async function runToEnd(
  plugin: Plugin,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  let child: Bun.Subprocess;
  try {
    child = Bun.spawn([plugin.path, ...args], {
      env: childEnv(env),
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    });
  } catch (error) {
    throw new UserError(`external command ${quote(plugin.path)} failed: ${errorText(error)}`, { cause: error });
  }
  // The terminal sends its signals to the plugin too; what becomes of them is the plugin's decision.
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (name !== "SIGINT") child.kill(name);
    });
  }
  await child.exited;
  return child.signalCode === null ? (child.exitCode ?? 255) : 255;
}

/** What `limactl help NAME` says of a plugin; undefined when there is none of that name. */
export function pluginHelp(name: string, host: Host, calledAs: string): string | undefined {
  const plugin = findPlugins(host, pluginDirectories(host, calledAs)).find((candidate) => candidate.name === name);
  if (plugin === undefined) return undefined;
  return `${plugin.description === "" ? plugin.name : plugin.description}\n\nUsage:\n  limactl ${name} [ARG...]\n\nRun "limactl ${name} --help" for the plugin's own help (${plugin.path}).\n`;
}
