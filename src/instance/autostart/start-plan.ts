import type { HostOs } from "../../lib/host.ts";
import type { AutostartEntry } from "./entry.ts";

/** The process that asks by whom it was started. */
export interface ProcessFacts {
  readonly os: HostOs;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Text of `/proc/self/cgroup` (cgroups(7)); undefined where there is none. */
  readonly cgroup: string | undefined;
}

/**
 * Whether the service manager executed this very process: launchd names its service in the environment, systemd the
 * process that it executed (systemd.exec(5)).
 */
export function isStartedByManager({ os, env, pid }: Omit<ProcessFacts, "cgroup">): boolean {
  if (os === "darwin") return launchdService(env) !== undefined;
  return os === "linux" && env.SYSTEMD_EXEC_PID === String(pid);
}

/**
 * The service manager's name for what started this host agent, as `list` tells it; undefined when a person did. systemd
 * puts each unit's processes into a control group of the unit's name, where they stay whoever executes what.
 */
export function autoStartedIdentifier(facts: ProcessFacts, instanceName: string): string | undefined {
  if (facts.os === "darwin") return launchdService(facts.env);
  const unit = systemdUnit(instanceName);
  const groups = (facts.cgroup ?? "").split("\n").flatMap((line) => line.split("/"));
  return facts.os === "linux" && groups.includes(unit) ? unit : undefined;
}

/** The unit that starts an instance. */
export function systemdUnit(instanceName: string): string {
  return `lima-vm@${instanceName}.service`;
}

function launchdService(env: ProcessFacts["env"]): string | undefined {
  const service = env.XPC_SERVICE_NAME ?? "";
  return service === "" || service === "0" ? undefined : service;
}

/** A start that is asked for. */
export interface StartRequest {
  /** The instance has an entry of the service manager. */
  readonly registered: boolean;
  /** The host agent shall take the place of this process. */
  readonly foreground: boolean;
  /** The service manager started this process. */
  readonly byManager: boolean;
}

export interface StartPlan {
  /** Who runs the host agent: a process of its own, this process, or the service manager. */
  readonly agent: "apart" | "here" | "manager";
  /** The networks are brought in line first; what the service manager starts does that itself. */
  readonly reconciles: boolean;
  /** What a person should know who passes the service manager over. */
  readonly warning?: string;
}

/** Decides who starts an instance. */
export function planStart({ registered, foreground, byManager }: StartRequest): StartPlan {
  const reconciles = !registered || byManager;
  if (!foreground) return { agent: registered ? "manager" : "apart", reconciles };
  if (!registered || byManager) return { agent: "here", reconciles };
  const warning =
    "The instance is registered to start at login, but the --foreground option was given, so starting the instance directly";
  return { agent: "here", reconciles, warning };
}

/** An instance that runs and shall stop. */
export interface StopRequest {
  /** What its host agent says started it; empty for a person. */
  readonly startedBy: string;
  readonly entry: Pick<AutostartEntry, "identifier" | "content" | "dropIns"> | undefined;
  /** What the entry's file holds, and then its drop-ins; undefined for one that is not there. */
  readonly stored: readonly (string | undefined)[];
}

/**
 * Whether the service manager is asked to stop an instance: it must own the process, by an entry as this program writes
 * it. By any other systemd would end QEMU together with its host agent, before the guest could shut down.
 */
export function managerStops({ startedBy, entry, stored }: StopRequest): boolean {
  if (entry === undefined || startedBy !== entry.identifier) return false;
  return [entry.content, ...entry.dropIns.map(({ content }) => content)].every((text, at) => text === stored[at]);
}
