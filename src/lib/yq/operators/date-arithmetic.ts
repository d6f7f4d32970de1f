import { UserError } from "../../errors.ts";
import { formatGoTime, type GoTime, parseGoDuration, parseGoTime, rfc3339 } from "../format/go-time.ts";
import type { YqNode } from "../node.ts";
import { effectiveTag } from "../tags.ts";

/** The forms of a date that are read where no layout is set. */
const plainLayouts = [rfc3339, "2006-01-02"];

/** Reads a date by a layout; without one as RFC 3339 or a day. */
function readDate(value: string, layout: string | undefined): GoTime | undefined {
  for (const candidate of layout === undefined ? plainLayouts : [layout]) {
    const time = parseGoTime(value, candidate);
    if (time !== undefined) return time;
  }
  return undefined;
}

/** Reads a date or fails. @throws UserError naming text and layout */
export function dateOf(value: string, layout: string | undefined): GoTime {
  const time = readDate(value, layout);
  if (time === undefined)
    throw new UserError(`could not parse datetime of [${value}] using layout [${layout ?? rfc3339}]`);
  return time;
}

/** Nanoseconds since the epoch of a date's text. */
export function instantOf(value: string, layout: string | undefined): bigint {
  return dateOf(value, layout).nanos;
}

/** Whether a scalar is a date: a YAML timestamp, or a text that fits the layout that `with_dtf` set. */
export function isDate(node: YqNode, layout: string | undefined): boolean {
  if (node.kind !== "scalar") return false;
  if (node.tag === "!!timestamp") return true;
  return layout !== undefined && effectiveTag(node) === "!!str" && readDate(node.value, layout) !== undefined;
}

/** Whether a text is a date by a layout, without one by RFC 3339 or a day. */
export function isDateText(value: string, layout: string | undefined): boolean {
  return readDate(value, layout) !== undefined;
}

/** A date's text moved by a Go duration, forward (1) or back (-1). */
export function addDuration(value: string, duration: string, direction: 1 | -1, layout: string | undefined): string {
  const nanos = parseGoDuration(duration);
  if (nanos === undefined)
    throw new UserError(`unable to parse duration [${duration}]: time: invalid duration ${JSON.stringify(duration)}`);
  const time = dateOf(value, layout);
  return formatGoTime({ ...time, nanos: time.nanos + nanos * BigInt(direction) }, layout ?? rfc3339);
}
