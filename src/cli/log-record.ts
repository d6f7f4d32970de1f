import { errorText } from "../lib/errors.ts";
import type { LogFields, LogLevel } from "../lib/log.ts";
import { goQuote } from "../lib/quote.ts";

/** One log record. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
  readonly time: Date;
  /** The host's local time is UTC, so the time zone data, whose loading takes milliseconds, is not needed. @default false */
  readonly utc?: boolean;
}

/** From the most talkative on. */
const severities: readonly LogLevel[] = ["trace", "debug", "info", "warning", "error", "fatal", "panic"];

/** True when a record of `level` is printed by a logger set to `threshold`. */
export function isEnabled(level: LogLevel, threshold: LogLevel): boolean {
  return severities.indexOf(level) >= severities.indexOf(threshold);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** RFC 3339 in local time with seconds: `2026-01-02T15:04:05+01:00`, `Z` where the offset is zero. */
export function localTime(time: Date): string {
  const date = `${String(time.getFullYear()).padStart(4, "0")}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  const offset = -time.getTimezoneOffset();
  if (offset === 0) return `${date}T${clock}Z`;
  const size = Math.abs(offset);
  return `${date}T${clock}${offset < 0 ? "-" : "+"}${two(Math.trunc(size / 60))}:${two(size % 60)}`;
}

function recordTime({ time, utc }: LogRecord): string {
  return utc === true ? `${time.toISOString().slice(0, 19)}Z` : localTime(time);
}

/** A field's value as text, the way Go prints it: lists as `[a b]`. */
function fieldText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return errorText(value);
  if (Array.isArray(value)) return `[${value.map(fieldText).join(" ")}]`;
  if (value === null || value === undefined) return "<nil>";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function valueText(value: unknown): string {
  const text = fieldText(value);
  return /^[A-Za-z0-9\-._/@^+]*$/.test(text) ? text : goQuote(text);
}

/** The extra fields sorted by key; those that would hide a record's own get the prefix `fields.`. */
function sortedFields(fields: LogFields): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(fields);
  if (entries.length === 0) return [];
  return entries
    .map(([key, value]) => [["time", "level", "msg"].includes(key) ? `fields.${key}` : key, value] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** A record as one line of `key=value` pairs, for a stderr that is no terminal. */
export function formatText(record: LogRecord): string {
  const message = record.message === "" ? "" : ` msg=${valueText(record.message)}`;
  const extra = sortedFields(record.fields).map(([key, value]) => ` ${key}=${valueText(value)}`);
  return `time="${recordTime(record)}" level=${record.level}${message}${extra.join("")}\n`;
}

const colours: Readonly<Record<LogLevel, string>> = {
  trace: "2;37",
  debug: "2;36",
  info: "36",
  warning: "33",
  error: "31",
  fatal: "31",
  panic: "31",
};

/**
 * A record for a person at a terminal: `INFO[0003] message padded to 44 columns  key=value`.
 * @param elapsedSeconds whole seconds since the program started
 */
export function formatTerminal(record: LogRecord, elapsedSeconds: number, colour: boolean): string {
  const paint = (text: string) => (colour ? `\u001b[${colours[record.level]}m${text}\u001b[0m` : text);
  const level = paint(record.level.slice(0, 4).toUpperCase());
  const message = record.message.replace(/\n$/, "");
  const padding = " ".repeat(Math.max(0, 44 - Array.from(message).length));
  const extra = sortedFields(record.fields).map(([key, value]) => ` ${paint(key)}=${valueText(value)}`);
  return `${level}[${String(elapsedSeconds).padStart(4, "0")}] ${message}${padding} ${extra.join("")}\n`;
}

/** A record as one JSON object on a line, all keys sorted together. */
export function formatJson(record: LogRecord): string {
  const entries: (readonly [string, unknown])[] = [
    ...sortedFields(record.fields).map(
      ([key, value]) => [key, value instanceof Error ? errorText(value) : value] as const,
    ),
    ["level", record.level],
    ["msg", record.message],
    ["time", recordTime(record)],
  ];
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const json = JSON.stringify(Object.fromEntries(entries.map(([key, value]) => [key, value ?? null])), (_, value) =>
    value instanceof Error ? errorText(value) : value,
  );
  const escaped = json.replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${escaped}\n`;
}
