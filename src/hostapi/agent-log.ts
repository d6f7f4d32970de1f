import type { LogFields, LogLevel } from "../lib/log.ts";

/** A line of `ha.stderr.log`, ready to be logged again by the program that watches the host agent. */
export interface AgentLogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
  /** The host agent's own time; absent for lines that are not log records. */
  readonly time?: Date;
}

const levels: Readonly<Record<string, LogLevel>> = {
  trace: "trace",
  debug: "debug",
  info: "info",
  warning: "warning",
  warn: "warning",
  error: "error",
};

/** How much older than the watch a record may be; the two processes' clocks are read at different moments. */
const slackMs = 1000;

/**
 * Reads one line of `ha.stderr.log` (JSON `{"level","msg","time",...}`).
 * @param since start of the watch: older records give undefined, as do blank lines
 * @returns the record; a line that is none is kept whole at level info, and `fatal` and `panic` become
 * `error` with the field `level`, for the watcher itself must not end by them
 */
export function parseAgentLog(line: string, since?: Date): AgentLogRecord | undefined {
  if (line.trim() === "") return undefined;
  const value = jsonObject(line);
  if (value === undefined || typeof value.level !== "string") return { level: "info", message: line, fields: {} };
  const { level, msg, time, ...fields } = value;
  const deadly = level === "fatal" || level === "panic";
  const known = deadly ? "error" : levels[level];
  if (known === undefined) return { level: "info", message: line, fields: {} };
  const date = typeof time === "string" ? new Date(time) : undefined;
  const dated = date !== undefined && !Number.isNaN(date.getTime()) ? { time: date } : {};
  if (since !== undefined && dated.time !== undefined && dated.time.getTime() < since.getTime() - slackMs)
    return undefined;
  return { level: known, message: String(msg ?? ""), fields: deadly ? { ...fields, level } : fields, ...dated };
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
