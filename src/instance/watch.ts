import { statSync } from "node:fs";
import { join } from "node:path";
import { parseAgentLog } from "../hostapi/agent-log.ts";
import { type HostAgentEvent, parseEvent } from "../hostapi/events.ts";
import { followLines } from "../lib/follow.ts";
import type { Logger } from "../lib/log.ts";
import { instanceFiles } from "../store/instance-files.ts";

/** Lengths of the host agent's two logs at one moment: what comes after it is news. */
export interface LogPosition {
  readonly stdout: number;
  readonly stderr: number;
}

/** Where the logs end now; 0 for a log that does not exist. */
export function currentPosition(dir: string): LogPosition {
  const size = (name: string) => statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0;
  return { stdout: size(instanceFiles.hostAgentStdout), stderr: size(instanceFiles.hostAgentStderr) };
}

export interface WatchOptions {
  readonly dir: string;
  readonly from: LogPosition;
  /** Older records and events are passed over. */
  readonly since: Date;
  /** Receives the host agent's log records; undefined to drop them. */
  readonly logger: Logger | undefined;
  /** Ends the watch; what is already written by then is still handed out. */
  readonly signal: AbortSignal;
}

/**
 * Logs the host agent's log lines again and hands out its events, until the signal ends it or `onEvent` returns a value.
 * @returns what `onEvent` returned, or undefined when the watch was ended
 */
export async function watchHostAgent<T>(
  options: WatchOptions,
  onEvent: (event: HostAgentEvent) => T | undefined,
): Promise<T | undefined> {
  const found = new AbortController();
  const signal = AbortSignal.any([options.signal, found.signal]);
  const relayed = options.logger === undefined ? undefined : relayLog(options, options.logger, signal);
  try {
    for await (const line of followLines(join(options.dir, instanceFiles.hostAgentStdout), {
      from: options.from.stdout,
      signal: options.signal,
    })) {
      if (line === "") continue;
      const event = eventOf(line);
      if (event === undefined || new Date(event.time).getTime() < options.since.getTime()) continue;
      const result = onEvent(event);
      if (result !== undefined) return result;
    }
    return undefined;
  } finally {
    found.abort();
    await relayed;
  }
}

/** A line that is no event is for people: an agent in the foreground leaves one. */
function eventOf(line: string): HostAgentEvent | undefined {
  try {
    return parseEvent(line);
  } catch {
    return undefined;
  }
}

async function relayLog(options: WatchOptions, logger: Logger, signal: AbortSignal): Promise<void> {
  const path = join(options.dir, instanceFiles.hostAgentStderr);
  for await (const line of followLines(path, { from: options.from.stderr, signal })) {
    const record = parseAgentLog(line, options.since);
    if (record === undefined) continue;
    logger.log(record.level, `[hostagent] ${record.message}`, record.fields, record.time);
  }
}
