import { join } from "node:path";
import { hostnameOf } from "../config/identifier.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { SshKeys } from "../store/ssh-keys.ts";
import { type SshEndpoint, type SshOption, sshConfigText, sshOptions, withoutMaster } from "../store/ssh-plan.ts";
import { findSshProgram, ownSshProgram, type SshProgram } from "../store/ssh-program.ts";
import type { HostAgentOptions } from "./options.ts";

/** How OpenSSH's client reaches the guest. */
export interface SshAccess {
  readonly program: SshProgram;
  readonly options: readonly SshOption[];
  readonly endpoint: SshEndpoint;
}

/** Finds the ssh client and writes `ssh.config` for people and their tools. */
export async function prepareSshAccess(
  {
    host,
    logger,
    config,
    directory,
    name,
  }: Pick<HostAgentOptions, "host" | "logger" | "config" | "directory" | "name">,
  keys: SshKeys,
  endpoint: SshEndpoint,
): Promise<SshAccess> {
  const program = await findSshProgram(host, logger);
  const options = sshOptions({
    hostOs: host.os,
    program,
    identityFiles: keys.identityFiles,
    user: config.user.name,
    instanceDirectory: directory,
    forwardAgent: config.ssh.forwardAgent,
    forwardX11: config.ssh.forwardX11,
    forwardX11Trusted: config.ssh.forwardX11Trusted,
  });
  const text = sshConfigText(hostnameOf(name), name, options, endpoint, host.os);
  writeFileAtomic(join(directory, instanceFiles.sshConfig), text, 0o600);
  const own = ownSshProgram(program, host);
  return { program: own, endpoint, options: host.os === "windows" ? withoutMaster(options) : options };
}
