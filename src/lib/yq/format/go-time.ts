import { UserError } from "../../errors.ts";

/** A moment with the zone it is shown in. */
export interface GoTime {
  /** Nanoseconds since 1970-01-01T00:00:00Z. */
  readonly nanos: bigint;
  readonly zone: GoZone;
}

/** A fixed offset (with the abbreviation it was written with), or a zone of the IANA database. */
export type GoZone =
  | { readonly type: "fixed"; readonly offsetSeconds: number; readonly name: string }
  | { readonly type: "iana"; readonly name: string };

export const utc: GoZone = { type: "fixed", offsetSeconds: 0, name: "UTC" };

/** Go's RFC 3339 layout. */
export const rfc3339 = "2006-01-02T15:04:05Z07:00";

const months = "January February March April May June July August September October November December".split(" ");
const days = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

const layoutPattern =
  /January|Jan|Monday|Mon|MST|2006|Z07:00:00|Z07:00|Z0700|Z07|-07:00:00|-07:00|-0700|-07|002|01|02|03|04|05|06|15|PM|pm|_2|[.,]0+(?!\d)|[.,]9+(?!\d)|1|2|3|4|5/g;

interface Fields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
  readonly nanosecond: number;
  readonly offsetSeconds: number;
  readonly abbreviation: string;
}

/** Checks a zone name (IANA, `utc`, `local`). @throws UserError when there is none of that name */
export function zoneNamed(name: string): GoZone {
  if (/^(?:utc|)$/i.test(name)) return utc;
  if (/^local$/i.test(name)) return { type: "iana", name: new Intl.DateTimeFormat().resolvedOptions().timeZone };
  try {
    // This runtime takes offsets for names too.
    if (/^[-+]/.test(name)) throw new RangeError();
    return { type: "iana", name: new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone };
  } catch {
    throw new UserError(`could not load tz [${name}]: unknown time zone ${name}`);
  }
}

function ianaOffset(zone: string, milliseconds: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(milliseconds);
  const part = (type: string): number => Number(parts.find((p) => p.type === type)?.value ?? 0);
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return Math.round((shown - Math.floor(milliseconds / 1000) * 1000) / 1000);
}

const abbreviationLocales = ["en-US", "en-AU", "en-GB", "en-CA", "en-IN", "en-NZ", "en-ZA"];

function ianaAbbreviation(zone: string, milliseconds: number, offsetSeconds: number): string {
  for (const locale of abbreviationLocales) {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: "short" }).formatToParts(
      milliseconds,
    );
    const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
    if (/^[A-Z]{2,5}$/.test(name)) return name;
  }
  const minutes = Math.abs(offsetSeconds) / 60;
  const sign = offsetSeconds < 0 ? "-" : "+";
  return `${sign}${pad(Math.floor(minutes / 60))}${minutes % 60 === 0 ? "" : pad(minutes % 60)}`;
}

function fieldsOf(time: GoTime): Fields {
  const milliseconds = Number(floorDivide(time.nanos, 1_000_000n));
  const { zone } = time;
  const offsetSeconds = zone.type === "fixed" ? zone.offsetSeconds : ianaOffset(zone.name, milliseconds);
  const shown = new Date(milliseconds + offsetSeconds * 1000);
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
    weekday: shown.getUTCDay(),
    nanosecond: Number(time.nanos - floorDivide(time.nanos, 1_000_000_000n) * 1_000_000_000n),
    offsetSeconds,
    abbreviation: zone.type === "fixed" ? zone.name : ianaAbbreviation(zone.name, milliseconds, offsetSeconds),
  };
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}

/** A moment as text by a Go layout (`2006-01-02 15:04:05 MST`). */
export function formatGoTime(time: GoTime, layout: string): string {
  const fields = fieldsOf(time);
  return layout.replace(layoutPattern, (token) => formatToken(token, fields));
}

function formatToken(token: string, f: Fields): string {
  switch (token) {
    case "January":
      return months[f.month - 1]!;
    case "Jan":
      return months[f.month - 1]!.slice(0, 3);
    case "Monday":
      return days[f.weekday]!;
    case "Mon":
      return days[f.weekday]!.slice(0, 3);
    case "2006":
      return pad(f.year, 4);
    case "06":
      return pad(f.year % 100);
    case "01":
      return pad(f.month);
    case "1":
      return String(f.month);
    case "02":
      return pad(f.day);
    case "_2":
      return String(f.day).padStart(2, " ");
    case "2":
      return String(f.day);
    case "002":
      return pad((Date.UTC(f.year, f.month - 1, f.day) - Date.UTC(f.year, 0, 0)) / 86_400_000, 3);
    case "15":
      return pad(f.hour);
    case "03":
      return pad(f.hour % 12 || 12);
    case "3":
      return String(f.hour % 12 || 12);
    case "04":
      return pad(f.minute);
    case "4":
      return String(f.minute);
    case "05":
      return pad(f.second);
    case "5":
      return String(f.second);
    case "PM":
      return f.hour < 12 ? "AM" : "PM";
    case "pm":
      return f.hour < 12 ? "am" : "pm";
    case "MST":
      return f.abbreviation || formatToken("-0700", f);
  }
  if (token.startsWith(".") || token.startsWith(",")) return formatFraction(token, f.nanosecond);
  if (token.startsWith("Z") && f.offsetSeconds === 0) return "Z";
  return formatOffset(token.slice(1), f.offsetSeconds);
}

function formatFraction(token: string, nanosecond: number): string {
  const digits = pad(nanosecond, 9).slice(0, token.length - 1);
  if (token[1] === "0") return token[0] + digits;
  const trimmed = digits.replace(/0+$/, "");
  return trimmed === "" ? "" : token[0] + trimmed;
}

function formatOffset(shape: string, offsetSeconds: number): string {
  const total = Math.abs(offsetSeconds);
  const colon = shape.includes(":") ? ":" : "";
  const hours = (offsetSeconds < 0 ? "-" : "+") + pad(Math.floor(total / 3600));
  if (shape === "07") return hours;
  return `${hours}${colon}${pad(Math.floor(total / 60) % 60)}${shape.length > 5 ? colon + pad(total % 60) : ""}`;
}

interface Parsed {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanos: bigint;
  afternoon: boolean | undefined;
  zone: GoZone;
}

/** Reads a moment by a Go layout; undefined when the text does not fit it. */
export function parseGoTime(value: string, layout: string): GoTime | undefined {
  const parsed: Parsed = {
    year: 1,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    nanos: 0n,
    afternoon: undefined,
    zone: utc,
  };
  let at = 0;
  let last = 0;
  const literal = (text: string): boolean => {
    if (!value.startsWith(text, at)) return false;
    at += text.length;
    return true;
  };
  for (const match of layout.matchAll(layoutPattern)) {
    if (!literal(layout.slice(last, match.index))) return undefined;
    last = match.index + match[0].length;
    const taken = parseToken(match[0], value.slice(at), parsed);
    if (taken === undefined) return undefined;
    at += taken;
    // seconds may have a fraction that the layout does not name
    if (match[0] === "05" && !/^[.,][09]/.test(layout.slice(last))) {
      const fraction = /^[.,](\d{1,9})/.exec(value.slice(at));
      if (fraction !== null) {
        parsed.nanos = BigInt(fraction[1]!.padEnd(9, "0"));
        at += fraction[0].length;
      }
    }
  }
  if (!literal(layout.slice(last)) || at !== value.length) return undefined;
  return moment(parsed);
}

function moment(p: Parsed): GoTime | undefined {
  const hour = p.afternoon === undefined ? p.hour : (p.hour % 12) + (p.afternoon ? 12 : 0);
  const days = new Date(Date.UTC(2000, p.month, 0));
  days.setUTCFullYear(p.year, p.month, 0);
  if (p.month < 1 || p.month > 12 || p.day < 1 || p.day > days.getUTCDate()) return undefined;
  if (hour > 23 || p.minute > 59 || p.second > 59) return undefined;
  const shown = new Date(Date.UTC(2000, 0, 1, hour, p.minute, p.second));
  shown.setUTCFullYear(p.year, p.month - 1, p.day);
  const offset = p.zone.type === "fixed" ? p.zone.offsetSeconds : 0;
  return { nanos: (BigInt(shown.getTime()) - BigInt(offset * 1000)) * 1_000_000n + p.nanos, zone: p.zone };
}

function parseToken(token: string, rest: string, p: Parsed): number | undefined {
  const digits = (pattern: RegExp, put: (value: number) => void): number | undefined => {
    const match = pattern.exec(rest);
    if (match === null) return undefined;
    put(Number(match[0]));
    return match[0].length;
  };
  const named = (names: readonly string[], length: number | undefined, put: (index: number) => void) => {
    const index = names.findIndex((name) => rest.toLowerCase().startsWith(name.slice(0, length).toLowerCase()));
    if (index < 0) return undefined;
    put(index);
    return names[index]!.slice(0, length).length;
  };
  switch (token) {
    case "January":
      return named(months, undefined, (index) => (p.month = index + 1));
    case "Jan":
      return named(months, 3, (index) => (p.month = index + 1));
    case "Monday":
      return named(days, undefined, () => undefined);
    case "Mon":
      return named(days, 3, () => undefined);
    case "2006":
      return digits(/^\d{4}/, (value) => (p.year = value));
    case "06":
      return digits(/^\d{2}/, (value) => (p.year = value + (value < 69 ? 2000 : 1900)));
    case "01":
      return digits(/^\d{2}/, (value) => (p.month = value));
    case "1":
      return digits(/^\d{1,2}/, (value) => (p.month = value));
    case "02":
      return digits(/^\d{2}/, (value) => (p.day = value));
    case "2":
    case "_2":
      return digits(/^ ?\d{1,2}/, (value) => (p.day = value));
    case "15":
    case "03":
      return digits(/^\d{2}/, (value) => (p.hour = value));
    case "3":
      return digits(/^\d{1,2}/, (value) => (p.hour = value));
    case "04":
      return digits(/^\d{2}/, (value) => (p.minute = value));
    case "4":
      return digits(/^\d{1,2}/, (value) => (p.minute = value));
    case "05":
      return digits(/^\d{2}/, (value) => (p.second = value));
    case "5":
      return digits(/^\d{1,2}/, (value) => (p.second = value));
    case "PM":
    case "pm": {
      const half = rest.slice(0, 2).toUpperCase();
      if (half !== "AM" && half !== "PM") return undefined;
      p.afternoon = half === "PM";
      return 2;
    }
    case "MST":
      return parseAbbreviation(rest, p);
  }
  if (/^[.,]/.test(token)) {
    const fraction = /^[.,](\d{1,9})/.exec(rest);
    if (fraction === null) return token[1] === "9" ? 0 : undefined;
    p.nanos = BigInt(fraction[1]!.padEnd(9, "0"));
    return fraction[0].length;
  }
  return parseOffset(token, rest, p);
}

function parseAbbreviation(rest: string, p: Parsed): number | undefined {
  const match = /^(?:[A-Z]{3,5}|[-+]\d{2})/.exec(rest);
  if (match === null) return undefined;
  if (p.zone.type === "fixed" && p.zone.offsetSeconds === 0)
    p.zone = { type: "fixed", offsetSeconds: 0, name: match[0] };
  return match[0].length;
}

function parseOffset(token: string, rest: string, p: Parsed): number | undefined {
  if (token.startsWith("Z") && rest.startsWith("Z")) {
    p.zone = utc;
    return 1;
  }
  const shape = token.slice(1);
  const pattern =
    shape === "07" ? /^([-+])(\d{2})/ : shape.includes(":") ? /^([-+])(\d{2}):(\d{2})/ : /^([-+])(\d{2})(\d{2})/;
  const match = pattern.exec(rest);
  if (match === null) return undefined;
  const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60;
  p.zone = { type: "fixed", offsetSeconds: match[1] === "-" ? -seconds : seconds, name: "" };
  return match[0].length;
}

const unitNanos: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** A Go duration (`1h30m`, `-1.5s`) in nanoseconds; undefined when the text is none. */
export function parseGoDuration(value: string): bigint | undefined {
  const match = /^([-+]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(value);
  if (match === null) return undefined;
  let total = 0;
  for (const part of match[2]!.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g))
    total += Number(part[1]) * unitNanos[part[2]!]!;
  return BigInt(Math.round(match[1] === "-" ? -total : total));
}
