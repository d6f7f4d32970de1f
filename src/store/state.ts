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
  /** Processes that the host agent started besides the driver and that would outlive it. */
  readonly helpers?: readonly ProcessIdentity[];
  /** What another host agent must know to take the machine over. */
  readonly run?: RunState;
}

/** What a machine was started with and its guest goes on relying on. */
export interface RunState {
  /** The id of this start, which the guest writes into its markers. */
  readonly instanceId: string;
  /** Port of the loopback that leads to the guest's sshd. */
  readonly sshLocalPort: number;
  /** SHA-256 of the `lima.yaml` that was in force, in hex. */
  readonly limaYamlSha256: string;
  /** Where the host agent's DNS server listened on the loopback, which is where the guest asks for names. */
  readonly dnsPorts?: { readonly udp: number; readonly tcp: number };
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
  const helpers = "helpers" in value && Array.isArray(value.helpers) ? value.helpers.flatMap(identities) : [];
  const run = "run" in value ? parseRun(value.run) : undefined;
  return {
    bootId: value.bootId,
    ...(hostAgent === undefined ? {} : { hostAgent }),
    ...(driver === undefined ? {} : { driver }),
    ...(helpers.length === 0 ? {} : { helpers }),
    ...(run === undefined ? {} : { run }),
  };
}

function identities(value: unknown): readonly ProcessIdentity[] {
  const identity = parseIdentity(value);
  return identity === undefined ? [] : [identity];
}

function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== "object" || value === null || !("pid" in value) || !("startTime" in value)) return undefined;
  const { pid, startTime } = value;
  return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 && typeof startTime === "string"
    ? { pid, startTime }
    : undefined;
}

function parseRun(value: unknown): RunState | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { instanceId, sshLocalPort, limaYamlSha256, dnsPorts } = value as Readonly<Record<string, unknown>>;
  const known =
    typeof instanceId === "string" && Number.isSafeInteger(sshLocalPort) && typeof limaYamlSha256 === "string";
  if (!known) return undefined;
  const ports = parseDnsPorts(dnsPorts);
  const run = { instanceId, sshLocalPort: sshLocalPort as number, limaYamlSha256 };
  return ports === undefined ? run : { ...run, dnsPorts: ports };
}

function parseDnsPorts(value: unknown): RunState["dnsPorts"] {
  if (typeof value !== "object" || value === null) return undefined;
  const { udp, tcp } = value as Readonly<Record<string, unknown>>;
  return Number.isSafeInteger(udp) && Number.isSafeInteger(tcp)
    ? { udp: udp as number, tcp: tcp as number }
    : undefined;
}
