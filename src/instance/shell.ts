import { realpathSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Config } from "../config/types.ts";
import { exec } from "../lib/exec.ts";
import { quote } from "../lib/quote.ts";
import { existsWithoutFollowing } from "../store/directories.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { loadSshKeys } from "../store/ssh-keys.ts";
import { exitMasterArguments, type SshOption, sshArguments, sshOptions, withoutMaster } from "../store/ssh-plan.ts";
import { findSshProgram, type SshProgram } from "../store/ssh-program.ts";
import type { InstanceContext } from "./context.ts";
import type { Instance } from "./record.ts";
import { directoryCommand, preservedEnv, shellScript, windowsScript } from "./shell-plan.ts";

export interface ShellRequest {
  readonly command: readonly string[];
  readonly workdir: string | undefined;
  /** Directory of the guest that holds a copy of one of the host. @default none */
  readonly synced?: string | undefined;
  readonly shell: string | undefined;
  readonly preserveEnv: boolean;
  /** Ask for a terminal in the guest. */
  readonly terminal: boolean;
}

/** How ssh reaches an instance. */
export interface SshAccess {
  readonly program: SshProgram;
  readonly options: readonly SshOption[];
}

/** The ssh program and the options with which this user reaches an instance. */
export async function sshAccess(context: InstanceContext, dir: string, config: Config): Promise<SshAccess> {
  const program = await findSshProgram(context.host, context.logger);
  const keys = await loadSshKeys(context.host, context.limaHome, config.ssh.loadDotSSHPubKeys);
  const options = sshOptions({
    hostOs: context.host.os,
    program,
    identityFiles: keys.identityFiles,
    user: config.user.name,
    instanceDirectory: dir,
    forwardAgent: config.ssh.forwardAgent,
    forwardX11: config.ssh.forwardX11,
    forwardX11Trusted: config.ssh.forwardX11Trusted,
  });
  return { program, options: context.host.os === "windows" ? withoutMaster(options) : options };
}

/** The command line that opens a shell, or runs a command, in a running instance. */
export async function shellArguments(
  context: InstanceContext,
  instance: Instance,
  config: Config,
  request: ShellRequest,
): Promise<readonly string[]> {
  const { program, options } = await sshAccess(context, instance.dir, config);
  const [major, minor] = program.version;
  const quiet = major > 8 || (major === 8 && minor >= 9) ? "ERROR" : "QUIET";
  const shell = request.shell ?? (config.user.shell === "" ? undefined : config.user.shell);
  const placed = (what: string, path: string) => {
    const found = resolved(path);
    if (found === undefined && request.workdir === undefined && config.mounts.length > 0) {
      context.logger.warn(`failed to get the ${what} directory`);
    }
    return found;
  };
  const posixScript = () =>
    shellScript({
      directory: directoryCommand({
        workdir: request.workdir,
        synced: request.synced,
        cwd: placed("current", context.host.cwd),
        home: placed("home", context.host.home),
        mounts: config.mounts.map(({ location, mountPoint }) => ({
          location: resolved(location) ?? location,
          mountPoint,
        })),
      }),
      shell,
      env: request.preserveEnv ? preservedEnv(context.host.env) : [],
      command: request.command,
    });
  const script = config.os === "Windows" ? windowsScript(shell ?? "", request.command) : posixScript();
  return [
    ...program.command,
    ...sshArguments(options),
    ...(request.terminal ? ["-t"] : []),
    ...(context.host.env.COLORTERM === undefined ? [] : ["-o", "SendEnv=COLORTERM"]),
    "-o",
    `LogLevel=${quiet}`,
    "-p",
    String(instance.sshLocalPort),
    instance.sshAddress,
    "--",
    script,
  ];
}

/** Ends the control master, so that the next ssh connects anew; a socket on which nobody listens is removed. */
export async function closeMaster(context: InstanceContext, instance: Instance, config: Config): Promise<void> {
  const socket = join(instance.dir, instanceFiles.sshSock);
  if (!existsWithoutFollowing(socket)) return;
  context.logger.info(`Exiting ssh session for the instance ${quote(instance.name)}`);
  const { program, options } = await sshAccess(context, instance.dir, config);
  const endpoint = { address: instance.sshAddress, port: instance.sshLocalPort };
  const { code } = await exec([...program.command, ...exitMasterArguments(options, endpoint)], {
    env: context.host.env,
  });
  if (code === 0 || (await answers(socket))) return;
  rmSync(socket, { force: true });
  context.logger.warn(`Removed stale ssh control socket ${quote(socket)}`);
}

function answers(socket: string): Promise<boolean> {
  return new Promise((settle) => {
    const connection = connect(socket);
    const end = (answer: boolean) => {
      connection.destroy();
      settle(answer);
    };
    connection.setTimeout(3000, () => end(true));
    connection.once("connect", () => end(true));
    connection.once("error", () => end(false));
  });
}

function resolved(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
