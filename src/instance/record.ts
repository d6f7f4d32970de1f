import type { Printed } from "../config/print.ts";
import type { AdditionalDisk, Config, Network } from "../config/types.ts";
import type { ProcessIdentity } from "../store/process.ts";

/** What an instance is doing; the empty text when its configuration cannot be loaded. */
export type InstanceStatus = "" | "Uninitialized" | "Installing" | "Broken" | "Stopped" | "Running";

/** An instance as it stands on disk and in the process table at one moment. */
export interface Instance {
  readonly name: string;
  readonly hostname: string;
  readonly status: InstanceStatus;
  /** Absolute path of the instance directory. */
  readonly dir: string;
  readonly vmType: string;
  readonly arch: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  /** The template's message, rendered. */
  readonly message: string;
  readonly additionalDisks: readonly AdditionalDisk[];
  readonly networks: readonly Network[];
  /** 0 while it is not known. */
  readonly sshLocalPort: number;
  readonly sshConfigFile: string;
  readonly hostAgent: ProcessIdentity | undefined;
  readonly driver: ProcessIdentity | undefined;
  /** What keeps the instance from being used, one text a problem. */
  readonly errors: readonly string[];
  /** The filled configuration; undefined when it cannot be loaded. */
  readonly config: Config | undefined;
  readonly sshAddress: string;
  readonly protected: boolean;
  /** Version that created the instance, as recorded; empty when it recorded none. */
  readonly limaVersion: string;
  readonly param: Readonly<Record<string, string>>;
  readonly autoStartedIdentifier: string;
}

/** Deprecated keys of the JSON form that describe the host. */
export interface HostFields {
  readonly HostOS: string;
  readonly HostArch: string;
  readonly LimaHome: string;
  readonly IdentityFile: string;
}

/**
 * The JSON form of an instance, with Lima's keys in Lima's order; empty values are left out where Lima does so.
 * @param printedConfig its configuration as `printConfig` gives it; that loads the schema, which a table does not need
 */
export function instanceJson(
  instance: Instance,
  printedConfig: Printed | undefined,
  host?: HostFields,
): Readonly<Record<string, unknown>> {
  const entries: readonly (readonly [string, unknown])[] = [
    ["name", instance.name],
    ["hostname", instance.hostname],
    ["status", instance.status],
    ["dir", instance.dir],
    ["vmType", instance.vmType],
    ["arch", instance.arch],
    ["cpus", instance.cpus || undefined],
    ["memory", instance.memoryBytes || undefined],
    ["disk", instance.diskBytes || undefined],
    ["message", instance.message || undefined],
    // As in the configuration: what of a disk or a network is unset is left out.
    ["additionalDisks", printedConfig?.additionalDisks],
    ["network", printedConfig?.networks],
    ["sshLocalPort", instance.sshLocalPort || undefined],
    ["sshConfigFile", instance.sshConfigFile || undefined],
    ["hostAgentPID", instance.hostAgent?.pid],
    ["driverPID", instance.driver?.pid],
    ["errors", instance.errors.length === 0 ? undefined : instance.errors],
    ["config", printedConfig],
    ["sshAddress", instance.sshAddress || undefined],
    ["protected", instance.protected],
    ["limaVersion", instance.limaVersion],
    ["param", Object.keys(instance.param).length === 0 ? undefined : instance.param],
    ["autoStartedIdentifier", instance.autoStartedIdentifier || undefined],
    ...Object.entries(host ?? {}),
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** A copy of a JSON value from which objects without keys are removed, at every depth; empty lists stay. */
export function withoutEmptyObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptyObjects).filter((item) => item !== undefined);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value)
    .map(([key, item]) => [key, withoutEmptyObjects(item)] as const)
    .filter(([, item]) => item !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
