import type { LogFields, Logger, LogLevel } from "../lib/log.ts";
import { formatJson, formatTerminal, formatText, isEnabled, type LogRecord } from "./log-record.ts";

export interface LoggerOptions {
  /** Receives whole lines. */
  write(line: string): void;
  /** Least severity that is printed. */
  readonly level: LogLevel;
  /** `terminal` is the text format's face for people. */
  readonly format: "text" | "terminal" | "json";
  /** Colours in the terminal's face. */
  readonly colour: boolean;
  /** Time of records that bring none. */
  now(): Date;
  /** The host's local time is UTC. @default false */
  readonly utc?: boolean;
  /** Start of the program; the terminal's face counts from here. */
  readonly startedAt: Date;
}

/** A logger whose threshold can be changed while the program runs. */
export interface AdjustableLogger extends Logger {
  readonly level: LogLevel;
  setLevel(level: LogLevel): void;
}

/** Makes the program's logger. Nothing is buffered: each record is one call of `write`. */
export function createLogger(options: LoggerOptions): AdjustableLogger {
  let threshold = options.level;
  const format = (record: LogRecord): string => {
    if (options.format === "json") return formatJson(record);
    if (options.format === "text") return formatText(record);
    const elapsed = Math.max(0, Math.trunc((options.now().getTime() - options.startedAt.getTime()) / 1000));
    return formatTerminal(record, elapsed, options.colour);
  };
  const log = (level: LogLevel, message: string, fields: LogFields = {}, time?: Date): void => {
    if (!isEnabled(level, threshold)) return;
    options.write(format({ level, message, fields, time: time ?? options.now(), utc: options.utc === true }));
  };
  return {
    get level() {
      return threshold;
    },
    setLevel(level) {
      threshold = level;
    },
    trace: (message, fields) => log("trace", message, fields),
    debug: (message, fields) => log("debug", message, fields),
    info: (message, fields) => log("info", message, fields),
    warn: (message, fields) => log("warning", message, fields),
    error: (message, fields) => log("error", message, fields),
    log,
  };
}
