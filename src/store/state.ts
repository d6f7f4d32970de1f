import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../lib/errors.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { instanceFiles } from "./instance-files.ts";
import type { ProcessIdentity } from "./process.ts";

/**
 * What a running instance records about its processes in `state.json`, beside Lima's pid files: enough to tell the
 * recorded process from another one that has got its number, also after a reboot.
 */
export interface InstanceState {
  /** Boot of the machine under which the processes run. */
  readonly bootId: string;
  readonly hostAgent?: ProcessIdentity;
  readonly driver?: ProcessIdentity;
}

/** The recorded state, or undefined when there is none or it is not readable as such (then the pid files alone decide). */
export function readState(instanceDirectory: string): InstanceState | undefined {
  try {
    return parseState(JSON.parse(readFileSync(join(instanceDirectory, instanceFiles.state), "utf8")));
  } catch (error) {
    if (errorCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Replaces the recorded state as a whole, readable by the owner alone. */
export function writeState(instanceDirectory: string, state: InstanceState): void {
  writeFileAtomic(join(instanceDirectory, instanceFiles.state), `${JSON.stringify(state)}\n`, 0o600);
}

/** Forgets the recorded state: nothing of the instance runs any more. */
export function removeState(instanceDirectory: string): void {
  rmSync(join(instanceDirectory, instanceFiles.state), { force: true });
}

function parseState(value: unknown): InstanceState | undefined {
  if (typeof value !== "object" || value === null || !("bootId" in value) || typeof value.bootId !== "string") {
    return undefined;
  }
  const hostAgent = "hostAgent" in value ? parseIdentity(value.hostAgent) : undefined;
  const driver = "driver" in value ? parseIdentity(value.driver) : undefined;
  return {
    bootId: value.bootId,
    ...(hostAgent === undefined ? {} : { hostAgent }),
    ...(driver === undefined ? {} : { driver }),
  };
}

function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== "object" || value === null || !("pid" in value) || !("startTime" in value)) return undefined;
  const { pid, startTime } = value;
  return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 && typeof startTime === "string"
    ? { pid, startTime }
    : undefined;
}
