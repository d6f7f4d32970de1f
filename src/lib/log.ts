/** Severities, least to most severe, by the names that log lines use. */
export type LogLevel = "trace" | "debug" | "info" | "warning" | "error" | "fatal" | "panic";

/** Extra values of a log record, printed after the message, sorted by key. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where every room sends its log records; the program's face (text, terminal or JSON) is chosen by who makes it. */
export interface Logger {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A record with an explicit level and time, for lines of another process that are logged again. */
  log(level: LogLevel, message: string, fields?: LogFields, time?: Date): void;
}
