import { readlinkSync } from "node:fs";
import { errorCode } from "./errors.ts";

/**
 * True where local time is surely UTC, told without loading the time zone data: no `TZ`, and `/etc/localtime` is missing
 * or leads to UTC. False says nothing.
 */
export function localTimeIsUtc(tz: string | undefined): boolean {
  if (tz !== undefined) return tz === "UTC";
  try {
    return /\/(?:UTC|UCT|Zulu)$/.test(readlinkSync("/etc/localtime"));
  } catch (error) {
    return process.platform === "linux" && errorCode(error) === "ENOENT";
  }
}
