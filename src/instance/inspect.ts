import { statSync } from "node:fs";
import { join } from "node:path";
import { checkInstanceName, hostnameOf } from "../config/identifier.ts";
import { isComparableVersion } from "../config/lima-version.ts";
import type { Config } from "../config/types.ts";
import { getInfo } from "../hostapi/client.ts";
import type { HostAgentInfo } from "../hostapi/info.ts";
import { errorCode, errorText, systemErrorText, UserError } from "../lib/errors.ts";
import { readTextIfExistsSync } from "../lib/files.ts";
import { quote } from "../lib/quote.ts";
import { parseSize } from "../lib/sizes.ts";
import { existsWithoutFollowing, instanceDirectory } from "../store/directories.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { type RunningProcesses, runningProcesses } from "../store/running.ts";
import type { InstanceContext } from "./context.ts";
import { loadStoredConfig, peekStoredConfig } from "./load.ts";
import { renderMessage } from "./message.ts";
import type { Instance } from "./record.ts";
import { judgeStatus } from "./status-plan.ts";

/** There is no such instance: its directory or its `lima.yaml` is missing. */
export class InstanceNotFound extends UserError {
  constructor(
    readonly instanceName: string,
    readonly limaYaml: string,
  ) {
    super(`open ${limaYaml}: no such file or directory`);
  }
}

export interface InspectOptions {
  /** How long the host agent may take to answer. @default 3000 */
  readonly apiTimeoutMs?: number;
  /** Only look: what was loaded before is used again while nothing has changed. @default false */
  readonly peek?: boolean;
}

/**
 * Reads everything about one instance. What keeps it from being used is told in its `errors`.
 * @throws InstanceNotFound without a `lima.yaml`; UserError for a name that no instance may have
 */
export async function inspectInstance(
  context: InstanceContext,
  name: string,
  options: InspectOptions = {},
): Promise<Instance> {
  checkInstanceName(name);
  const dir = instanceDirectory(context.limaHome, name);
  let config: Config;
  try {
    config =
      options.peek === true ? await peekStoredConfig(context, name) : (await loadStoredConfig(context, name)).config;
  } catch (error) {
    if (errorCode(error) === "ENOENT") throw new InstanceNotFound(name, join(dir, instanceFiles.limaYaml));
    // A file that is there and cannot be read is a problem of this instance alone.
    if (!(error instanceof UserError) && !(error instanceof Error && systemErrorText(error) !== undefined)) throw error;
    return {
      ...emptyInstance(name, dir),
      hostname: hostnameOf(name),
      protected: isProtected(dir),
      errors: [errorText(error)],
    };
  }
  return inspectLoaded(context, name, dir, config, options);
}

/** A directory without `lima.yaml`, as `list` shows it. */
export function brokenInstance(name: string, dir: string, error: string): Instance {
  return { ...emptyInstance(name, dir), status: "Broken", errors: [error] };
}

async function inspectLoaded(
  context: InstanceContext,
  name: string,
  dir: string,
  config: Config,
  options: InspectOptions,
): Promise<Instance> {
  const problems: string[] = [];
  const processes = findProcesses(dir, name, config.vmType, problems);
  // Without an agent there is nothing to wait for; a hundred turns of the event loop are felt.
  const info = processes.hostAgent === undefined ? {} : await askHostAgent(dir, options.apiTimeoutMs ?? 3000, problems);
  const verdict = judgeStatus({
    vmType: config.vmType,
    hostAgentAlive: processes.hostAgent !== undefined,
    driverAlive: processes.driver !== undefined,
    problems,
  });
  const port = info.sshLocalPort ?? (config.ssh.localPort || portOfSshConfig(dir));
  const versionFile = join(dir, instanceFiles.limaVersion);
  const limaVersion = readTextIfExistsSync(versionFile)?.trim() ?? "";
  if (limaVersion !== "" && !isComparableVersion(limaVersion)) {
    context.logger.warn(
      `treating lima version ${quote(limaVersion)} from ${quote(versionFile)} as very latest release`,
    );
  }
  const instance: Instance = {
    ...emptyInstance(name, dir),
    hostname: hostnameOf(name),
    status: verdict.status,
    vmType: config.vmType,
    arch: config.arch,
    cpus: config.vmType === "wsl2" ? 0 : config.cpus,
    memoryBytes: config.vmType === "wsl2" ? 0 : parseSize(config.memory),
    diskBytes: config.vmType === "wsl2" ? 0 : parseSize(config.disk),
    additionalDisks: config.additionalDisks,
    networks: config.networks,
    sshLocalPort: typeof port === "number" ? port : 0,
    sshConfigFile: join(dir, instanceFiles.sshConfig),
    hostAgent: processes.hostAgent,
    driver: processes.driver,
    errors: [...verdict.errors, ...(typeof port === "string" ? [port] : []), ...(info.errors ?? [])],
    config,
    sshAddress: "127.0.0.1",
    protected: isProtected(dir),
    limaVersion,
    param: config.param,
    autoStartedIdentifier: info.autoStartedIdentifier ?? "",
  };
  if (config.message === "") return instance;
  const message = await renderMessage(context, instance, config.message);
  return "text" in message
    ? { ...instance, message: message.text }
    : { ...instance, status: "Broken", errors: [...instance.errors, message.error] };
}

/** What cannot be looked at counts as protected: nobody can tell that it is not. */
function isProtected(dir: string): boolean {
  try {
    return existsWithoutFollowing(join(dir, instanceFiles.protected));
  } catch {
    return true;
  }
}

function findProcesses(dir: string, name: string, vmType: string, problems: string[]): RunningProcesses {
  try {
    return runningProcesses(dir, name, vmType);
  } catch (error) {
    problems.push(errorText(error));
    return {};
  }
}

async function askHostAgent(dir: string, timeoutMs: number, problems: string[]): Promise<HostAgentInfo> {
  const socket = join(dir, instanceFiles.hostAgentSock);
  try {
    statSync(socket);
  } catch (error) {
    problems.push(`failed to connect to ${quote(socket)}: ${errorText(error)}`);
    return {};
  }
  try {
    return await getInfo(socket, { timeoutMs });
  } catch (error) {
    problems.push(`failed to get Info from ${quote(socket)}: ${errorText(error)}`);
    return {};
  }
}

/** The port in `ssh.config`: 0 without the file, or the text of what is wrong with it. */
function portOfSshConfig(dir: string): number | string {
  const path = join(dir, instanceFiles.sshConfig);
  let text: string | undefined;
  try {
    text = readTextIfExistsSync(path);
    if (text === undefined) return 0;
  } catch (error) {
    return `failed to extract SSH local port from ${quote(path)}: ${errorText(error)}`;
  }
  const line = text
    .split("\n")
    .map((each) => each.trim())
    .find((each) => each.startsWith("Port "));
  if (line === undefined)
    return `failed to extract SSH local port from ${quote(path)}: port not found in ${quote(path)}`;
  const value = line.slice("Port ".length).trim();
  if (/^\d+$/.test(value)) return Number(value);
  return `failed to extract SSH local port from ${quote(path)}: strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`;
}

function emptyInstance(name: string, dir: string): Instance {
  return {
    name,
    hostname: "",
    status: "",
    dir,
    vmType: "",
    arch: "",
    cpus: 0,
    memoryBytes: 0,
    diskBytes: 0,
    message: "",
    additionalDisks: [],
    networks: [],
    sshLocalPort: 0,
    sshConfigFile: "",
    hostAgent: undefined,
    driver: undefined,
    errors: [],
    config: undefined,
    sshAddress: "",
    protected: false,
    limaVersion: "",
    param: {},
    autoStartedIdentifier: "",
  };
}
