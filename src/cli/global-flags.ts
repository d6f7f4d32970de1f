import { UserError } from "../lib/errors.ts";
import type { LogLevel } from "../lib/log.ts";
import { goQuote, quote } from "../lib/quote.ts";
import type { FlagDefs } from "./flags.ts";
import type { ParsedArgs } from "./parse.ts";

/** The options that every command takes. */
export const globalFlags = {
  "log-level": {
    type: "string",
    description: "Set the logging level [trace, debug, info, warn, error]",
  },
  "log-format": {
    type: "string",
    description: "Set the logging format [text, json]",
    default: "text",
  },
  debug: { type: "boolean", description: "Debug mode" },
  tty: {
    type: "boolean",
    description:
      "Enable TUI interactions such as opening an editor. Defaults to true when stdout is a terminal. Set to false for automation.",
  },
  yes: { type: "boolean", alias: "y", description: "Alias of --tty=false" },
} as const satisfies FlagDefs;

/** The same as help shows them: the default of `--tty` is what the terminal makes it. */
export function globalFlagsAt(stdoutIsTerminal: boolean): FlagDefs {
  return stdoutIsTerminal ? { ...globalFlags, tty: { ...globalFlags.tty, default: true } } : globalFlags;
}

/** The help option, which belongs to every command and, in a listing, to its own options. */
export function helpFlag(commandPath: string): FlagDefs {
  return { help: { type: "boolean", alias: "h", description: `help for ${commandPath}` } };
}

/** The root's version option. */
export const versionFlag: FlagDefs = { version: { type: "boolean", alias: "v", description: "version for limactl" } };

/** What the global options of one command line decide. */
export interface GlobalSettings {
  readonly logLevel: LogLevel;
  readonly logFormat: "text" | "json";
  readonly debug: boolean;
  readonly tty: boolean;
  readonly ttyChanged: boolean;
  /** `--yes` was given with a command for which it is deprecated. */
  readonly yesIsDeprecated: boolean;
}

const levels: Readonly<Record<string, LogLevel>> = {
  trace: "trace",
  debug: "debug",
  info: "info",
  warn: "warning",
  warning: "warning",
  error: "error",
  fatal: "fatal",
  panic: "panic",
};

/** Commands where `--yes` once answered their own question. */
const deprecatedYes = ["clone", "edit", "rename"];

/** What level the options ask for. @throws UserError for a level that does not exist */
function logLevelOf(parsed: ParsedArgs): LogLevel {
  const text = String(parsed.values["log-level"] ?? "");
  if (text === "") return parsed.values.debug === true ? "debug" : "info";
  const key = text.toLowerCase();
  const level = Object.hasOwn(levels, key) ? levels[key] : undefined;
  if (level === undefined) throw new UserError(`not a valid logrus Level: ${goQuote(text)}`);
  return level;
}

/** The format the options ask for. @throws UserError for one that does not exist */
function logFormatOf(parsed: ParsedArgs): "text" | "json" {
  const format = String(parsed.values["log-format"] ?? "");
  if (format === "text" || format === "json") return format;
  throw new UserError(`unsupported log-format: ${quote(format)}`);
}

/**
 * @param commandName top-level name of the command that runs
 * @throws UserError when the options contradict each other
 */
export function globalSettings(parsed: ParsedArgs, commandName: string, stdoutIsTerminal: boolean): GlobalSettings {
  const ttyChanged = parsed.changed.has("tty");
  const yesChanged = parsed.changed.has("yes");
  const logLevel = logLevelOf(parsed);
  const logFormat = logFormatOf(parsed);
  if (ttyChanged && yesChanged) throw new UserError("cannot use both --tty and --yes flags at the same time");
  const tty = ttyChanged ? parsed.values.tty === true : stdoutIsTerminal;
  return {
    logLevel,
    logFormat,
    debug: parsed.values.debug === true,
    tty: tty && parsed.values.yes !== true,
    ttyChanged,
    yesIsDeprecated: yesChanged && deprecatedYes.includes(commandName),
  };
}
