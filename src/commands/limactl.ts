/** The program `limactl`: finds the command, reads its arguments, runs it, and ends the process. */
import { checkArity } from "../cli/arity.ts";
import type { AnyCommand, CommandContext, CommandEntry } from "../cli/command.ts";
import { createContext } from "../cli/context.ts";
import { describeFailure } from "../cli/error-text.ts";
import { globalFlags, globalFlagsAt, globalSettings, helpFlag, versionFlag } from "../cli/global-flags.ts";
import { type AdjustableLogger, createLogger } from "../cli/logger.ts";
import { lookup } from "../cli/lookup.ts";
import { BrokenPipe, openOutput } from "../cli/output.ts";
import { type ParsedArgs, parseArgs } from "../cli/parse.ts";
import { dieBySignal, type SignalWatch, watchSignals } from "../cli/signals.ts";
import { withStatusLine } from "../cli/status-line.ts";
import { ChildExit, UserError } from "../lib/errors.ts";
import { readHost } from "../lib/host-read.ts";
import { localTimeIsUtc } from "../lib/local-time.ts";
import { registry } from "./registry.ts";
import { isRoot, refusesRoot, rootRefusal } from "./root.ts";
import { checkSurroundings } from "./surroundings.ts";
import { versionLine } from "./version.ts";

const stdout = openOutput(1);
const stderr = withStatusLine(openOutput(2));

let logger = makeLogger("info", "text");
let debug = false;
let watch: SignalWatch | undefined;

function makeLogger(level: AdjustableLogger["level"], format: "text" | "json"): AdjustableLogger {
  return createLogger({
    write: (line) => stderr.write(line),
    level,
    format: format === "text" && stderr.isTerminal ? "terminal" : format,
    colour: (process.env.NO_COLOR ?? "") === "",
    now: () => new Date(),
    utc: localTimeIsUtc(process.env.TZ),
    startedAt: new Date(performance.timeOrigin),
  });
}

/**
 * Runs one command line and ends the process with its code.
 * @param args the words after the program's name
 * @param calledAs the program's name as the caller gave it
 */
export async function runLimactl(args: readonly string[], calledAs: string): Promise<never> {
  process.on("uncaughtException", (error) => endWith(error));
  process.on("unhandledRejection", (error) => endWith(error));
  try {
    process.exit(await dispatch(args, calledAs));
  } catch (error) {
    endWith(error);
  }
}

/** Ends the process after a failure: by the signal that caused it, with a child's code, or with 1 and a fatal record. */
function endWith(error: unknown): never {
  stderr.showStatus(undefined);
  const signal = watch?.received();
  if (signal !== undefined) dieBySignal(signal);
  if (error instanceof ChildExit) process.exit(error.code);
  // What a program gets from the kernel that writes to a pipe nobody reads, 128 + SIGPIPE.
  if (error instanceof BrokenPipe) process.exit(141);
  const failure = describeFailure(error);
  try {
    for (const { message, fields } of failure.noticed) logger.warn(message, fields);
    logger.log("fatal", failure.message);
    if (failure.bug && debug && error instanceof Error) stderr.write(`${error.stack}\n`);
  } catch {
    // Nobody reads stderr any more; the code still tells.
  }
  process.exit(1);
}

/** @returns the exit code */
async function dispatch(args: readonly string[], calledAs: string): Promise<number> {
  debug = args[0] === "--debug";
  if (refusesRoot(args)) {
    stderr.write(`${rootRefusal}\n`);
    return 1;
  }
  if (process.platform === "win32") await extendPath();
  if (args[0] === "yq") return (await import("./yq.ts")).yq(args.slice(1), stdout, stderr);
  const rootFlags = { ...globalFlags, ...helpFlag("limactl"), ...versionFlag };
  const found = lookup(registry, args, rootFlags);
  if (found.unknown !== undefined) return await runPlugin(args, found.unknown, calledAs);
  const entry = found.path.at(-1);
  if (entry === undefined) {
    const { values } = parseArgs(rootFlags, found.args);
    if (values.version === true && values.help !== true) stdout.write(`${versionLine}\n`);
    else stdout.write((await import("./show-help.ts")).rootHelpText(calledAs, stdout));
    return 0;
  }
  const path = ["limactl", ...found.path.map((step) => step.name)].join(" ");
  if (entry.target.kind === "command") {
    await runCommand(path, found.path, await entry.target.load(), found.args);
    return 0;
  }
  const parsed = parseArgs({ ...globalFlags, ...helpFlag(entry.name) }, found.args);
  const words =
    entry.target.kind === "help" && parsed.values.help !== true
      ? parsed.positionals
      : found.path.map((step) => step.name);
  const { showHelp } = await import("./show-help.ts");
  await showHelp(words, calledAs, stdout, stderr);
  return 0;
}

/** Windows installs tools without making them known; the children of this run shall find them. */
async function extendPath(): Promise<void> {
  const [{ windowsPath }, { statSync }] = await Promise.all([import("./windows-path.ts"), import("node:fs")]);
  const isDirectory = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const { path, addedTools } = windowsPath(process.env, isDirectory);
  process.env.PATH = path;
  if (addedTools) logger.info("Temporarily add the common tool (QEMU etc.) directories to PATH");
}

async function runCommand(
  path: string,
  entries: readonly CommandEntry[],
  command: AnyCommand,
  args: readonly string[],
): Promise<void> {
  const entry = entries.at(-1);
  if (entry === undefined) return;
  const flags = { ...globalFlags, ...helpFlag(entry.name), ...command.args };
  if (command.meta.deprecated !== undefined) {
    stderr.write(`Command "${entry.name}" is deprecated, ${command.meta.deprecated}\n`);
  }
  const parsed = parseArgs(flags, args, command.positionals.endsFlags);
  if (parsed.values.help === true) {
    const { commandHelp } = await import("../cli/help.ts");
    stdout.write(commandHelp(path, entry, command, globalFlagsAt(stdout.isTerminal)));
    return;
  }
  checkArity(command, path, parsed.positionals);
  const context = prepare(entries, parsed);
  const missing = Object.entries(command.args ?? {}).filter(
    ([name, flag]) => flag.required && !parsed.changed.has(name),
  );
  if (missing.length > 0) {
    throw new UserError(`required flag(s) ${missing.map(([name]) => `"${name}"`).join(", ")} not set`);
  }
  await command.run(context as CommandContext<never>);
}

/** What happens before every real command: the global options take effect and the surroundings are checked. */
function prepare(entries: readonly CommandEntry[], parsed: ParsedArgs): CommandContext {
  const top = entries[0];
  const topName = top?.name ?? "";
  const settings = globalSettings(parsed, topName, stdout.isTerminal);
  debug = settings.debug;
  const isDaemon = entries.at(-1)?.daemon === true;
  logger = isDaemon
    ? makeLogger(settings.logLevel === "debug" ? "trace" : "debug", "json")
    : makeLogger(settings.logLevel, settings.logFormat);
  const host = readHost();
  checkSurroundings({ host, logger, topName, isRoot: isRoot() && isForPeople(top) });
  if (settings.yesIsDeprecated) {
    logger.warn(
      "--yes flag is deprecated (--tty=false is still supported and works in the same way. Also consider using --start)",
    );
  }
  return createContext({
    parsed,
    settings,
    host,
    logger,
    stdout,
    stderr,
    watchSignals: () => {
      watch ??= watchSignals(isDaemon ? "daemon" : "command");
      return watch;
    },
  });
}

/** Completion and internal commands speak to programs, which a warning would only disturb. */
function isForPeople(top: CommandEntry | undefined): boolean {
  return top?.group === "basic" || top?.group === "advanced";
}

async function runPlugin(args: readonly string[], name: string, calledAs: string): Promise<number> {
  const plugins = await import("./plugin.ts");
  const index = args.indexOf(name);
  const before = parseArgs({ ...globalFlags, ...helpFlag("limactl"), ...versionFlag }, args.slice(0, index));
  const host = readHost();
  return await plugins.runPlugin(name, args.slice(index + 1), host, calledAs, () => {
    const settings = globalSettings(before, name, stdout.isTerminal);
    logger = makeLogger(settings.logLevel, settings.logFormat);
  });
}
