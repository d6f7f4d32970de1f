import type { Host } from "../lib/host.ts";
import type { CommandContext, Output } from "./command.ts";
import type { GlobalSettings } from "./global-flags.ts";
import type { AdjustableLogger } from "./logger.ts";
import type { ParsedArgs } from "./parse.ts";
import { createProgress } from "./progress-bar.ts";
import type { SignalWatch } from "./signals.ts";
import { createPhases, type StatusOutput } from "./status-line.ts";
import { isTerminal } from "./terminal.ts";

export interface ContextParts {
  readonly parsed: ParsedArgs;
  readonly settings: GlobalSettings;
  readonly host: Host;
  readonly logger: AdjustableLogger;
  readonly stdout: Output;
  readonly stderr: StatusOutput;
  /** Called when the command first asks for its signal. */
  watchSignals(): SignalWatch;
}

/** What a command is given to run, made of one parsed command line. */
export function createContext(parts: ContextParts): CommandContext {
  const { parsed, settings, host, logger, stdout, stderr } = parts;
  const lively = stderr.isTerminal && settings.logFormat === "text";
  return {
    flags: parsed.values,
    positionals: parsed.positionals,
    changed: (flag) => parsed.changed.has(flag),
    host,
    logger,
    stdout,
    stderr,
    stdinIsTerminal: isTerminal(0),
    tty: settings.tty,
    ttyChanged: settings.ttyChanged,
    prettyOutput: stdout.isTerminal || (host.env._LIMA_OUTPUT_IS_TTY ?? "") !== "",
    get logLevel() {
      return logger.level;
    },
    logFormat: settings.logFormat,
    debug: settings.debug,
    setLogLevel: (level) => logger.setLevel(level),
    get signal() {
      return parts.watchSignals().signal;
    },
    progress: createProgress({
      output: stderr,
      bar: lively,
      announces: settings.logFormat === "text",
      logger,
      now: () => performance.now(),
    }),
    phase: createPhases(stderr, lively, () => performance.now()),
  };
}
