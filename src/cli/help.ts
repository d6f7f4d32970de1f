import { goQuote } from "../lib/quote.ts";
import { usageLine } from "./arity.ts";
import type { AnyCommand, CommandEntry } from "./command.ts";
import { formatDuration } from "./duration.ts";
import { zeroValue } from "./flag-values.ts";
import type { FlagDef, FlagDefs } from "./flags.ts";
import { globalFlags, helpFlag, versionFlag } from "./global-flags.ts";
import { formatFloat32 } from "./numbers.ts";

const rootLong = "limactl runs Linux virtual machines with file sharing and port forwarding.";

/** Pieces of a help text, each without its surrounding blank lines. */
function assemble(parts: readonly (string | undefined)[]): string {
  return `${parts.filter((part) => part !== undefined && part !== "").join("\n\n")}\n`;
}

/** The default as the help shows it, or undefined where it is the type's zero. */
function defaultText(flag: FlagDef): string | undefined {
  const value = flag.default;
  if (value === undefined || JSON.stringify(value) === JSON.stringify(zeroValue(flag.type))) return undefined;
  if (flag.type === "duration") return formatDuration(Number(value));
  if (flag.type === "float32") return formatFloat32(Number(value));
  if (typeof value === "string") return goQuote(value);
  return typeof value === "object" ? `[${Object.values(value).join(",")}]` : String(value);
}

/** The visible options as rows, sorted by name. */
function flagRows(flags: FlagDefs): readonly { readonly left: string; readonly text: string }[] {
  return Object.entries(flags)
    .filter(([, flag]) => flag.hidden !== true)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => {
      const type = flag.type === "boolean" ? "" : ` ${flag.type}`;
      const shown = defaultText(flag);
      return {
        left: `  ${flag.alias === undefined ? "    " : `-${flag.alias}, `}--${name}${type}`,
        text: flag.description + (shown === undefined ? "" : ` (default ${shown})`),
      };
    });
}

/** A section of options, or nothing when all are hidden. */
function flagSection(title: string, flags: FlagDefs): string | undefined {
  const rows = flagRows(flags);
  if (rows.length === 0) return undefined;
  const width = Math.max(...rows.map((row) => row.left.length)) + 3;
  return `${title}\n${rows.map((row) => row.left.padEnd(width) + row.text).join("\n")}`;
}

/** A section as `start --help` has it: each option padded to 25 columns, both list types called `strings`. */
function narrowFlagSection(title: string, flags: FlagDefs): string {
  const rows = flagRows(flags).map((row) => {
    const left = row.left.replace(/ stringArray$/, " strings");
    return `${left.padEnd(31)} ${row.text}`;
  });
  return `${title}\n${rows.join("\n")}`;
}

/** One line per listed command, alphabetically; names are padded to the longest sibling, hidden ones included. */
function commandLines(listed: readonly CommandEntry[], siblings: readonly CommandEntry[], atLeast: number): string {
  const width = Math.max(atLeast, ...siblings.map((entry) => entry.name.length));
  return listed
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => `\n  ${entry.name.padEnd(width)} ${entry.short}`)
    .join("");
}

function without(flags: FlagDefs, other: FlagDefs): FlagDefs {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => !Object.hasOwn(other, name)));
}

/**
 * The root's help.
 * @param plugins found on this host, shown like commands
 * @param templatesPath where the shipped templates lie, named at the end of the examples
 * @param globals the global options as this help shows them
 */
export function rootHelp(
  commands: readonly CommandEntry[],
  plugins: readonly CommandEntry[],
  templatesPath: string,
  globals: FlagDefs = globalFlags,
): string {
  const visible = commands.filter((entry) => entry.hidden !== true);
  const section = (title: string, entries: readonly CommandEntry[]) => title + commandLines(entries, commands, 19);
  return assemble([
    rootLong,
    "Usage:\n  limactl [command]",
    `Examples:
  Start the default instance:
  $ limactl start

  Open a shell:
  $ lima

  Run a container:
  $ lima nerdctl run -d --name nginx -p 8080:80 nginx:alpine

  Stop the default instance:
  $ limactl stop

  The templates are in ${templatesPath}`,
    section(
      "Basic Commands:",
      visible.filter((entry) => entry.group === "basic"),
    ),
    section(
      "Advanced Commands:",
      visible.filter((entry) => entry.group === "advanced"),
    ),
    section(
      "Available Plugins (Experimental):",
      plugins.filter((entry) => entry.hidden !== true),
    ),
    section(
      "Additional Commands:",
      visible.filter((entry) => entry.group === "additional"),
    ),
    flagSection("Flags:", { ...globals, ...helpFlag("limactl"), ...versionFlag }),
    `Additional help topics:${visible
      .filter((entry) => entry.group === "topic")
      .map((entry) => `\n  limactl ${entry.name} ${entry.short}`)
      .join("")}`,
    'Use "limactl [command] --help" for more information about a command.',
  ]);
}

/** The help of a command that only holds others. */
export function groupHelp(path: string, entry: CommandEntry, globals: FlagDefs = globalFlags): string {
  if (entry.target.kind !== "group") return "";
  const { commands, long, examples } = entry.target;
  const listed = commands.filter((command) => command.hidden !== true);
  return assemble([
    long ?? entry.short,
    `Usage:\n  ${path} [command]`,
    aliasSection(entry),
    examples === undefined ? undefined : `Examples:\n${examples}`,
    `Available Commands:${commandLines(listed, commands, 11)}`,
    flagSection("Flags:", helpFlag(entry.name)),
    flagSection("Global Flags:", globals),
    `Use "${path} [command] --help" for more information about a command.`,
  ]);
}

function aliasSection(entry: CommandEntry): string | undefined {
  if (entry.aliases === undefined || entry.aliases.length === 0) return undefined;
  return `Aliases:\n  ${[entry.name, ...entry.aliases].join(", ")}`;
}

/** The help of a command that runs. */
export function commandHelp(
  path: string,
  entry: CommandEntry,
  command: AnyCommand,
  globals: FlagDefs = globalFlags,
): string {
  const { meta, positionals, inherited } = command;
  const own = { ...command.args, ...helpFlag(entry.name) };
  const usage = `Usage:\n  ${usageLine(path, positionals)}`;
  const examples = meta.examples === undefined ? undefined : `Examples:\n${meta.examples}`;
  if (inherited !== undefined) {
    return assemble([
      meta.description,
      usage,
      examples,
      narrowFlagSection("Flags:", without(own, inherited.args)),
      narrowFlagSection(`Flags inherited from \`limactl ${inherited.from}\`:`, inherited.args),
      narrowFlagSection("Global Flags:", globals),
    ]);
  }
  return assemble([
    meta.long ?? meta.description,
    usage,
    aliasSection(entry),
    examples,
    flagSection("Flags:", own),
    flagSection("Global Flags:", globals),
  ]);
}

/** The help of the help command itself. */
export function helpCommandHelp(globals: FlagDefs = globalFlags): string {
  return assemble([
    "Shows the help of any command: limactl help [path to command].",
    "Usage:\n  limactl help [command] [flags]",
    flagSection("Flags:", helpFlag("help")),
    flagSection("Global Flags:", globals),
  ]);
}
