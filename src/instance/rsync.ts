import { UserError } from "../lib/errors.ts";
import { exec, execOutput } from "../lib/exec.ts";
import type { Host } from "../lib/host.ts";
import { sshArguments } from "../store/ssh-plan.ts";
import type { Configured } from "./reach.ts";
import type { SshAccess } from "./shell.ts";

/** Absolute path of a program of the host. @throws UserError in the words of a failed execution */
export function findProgram(name: string, host: Host): string {
  const path = Bun.which(name, { PATH: host.env.PATH ?? "", cwd: host.cwd });
  if (path === null) throw new UserError(`exec: "${name}": executable file not found in $PATH`);
  return path;
}

/** Whether a running guest has rsync; false too when it cannot be asked. */
export async function guestHasRsync(host: Host, { instance }: Configured, access: SshAccess): Promise<boolean> {
  const { code } = await runInGuest(host, instance, access, "command -v rsync");
  return code === 0;
}

/** Runs a line of shell in a guest and captures its output. */
export function runInGuest(
  host: Host,
  instance: Configured["instance"],
  { program, options }: SshAccess,
  script: string,
) {
  const target = ["-p", String(instance.sshLocalPort), instance.sshAddress, "--", script];
  return exec([...program.command, ...sshArguments(options), ...target], { env: host.env });
}

/** What depends on the version of an rsync. */
export interface RsyncAbilities {
  /** It leaves the splitting of remote paths to the shell there: all before 3.2.4. */
  readonly splitsRemotePaths: boolean;
  /** It can tell files apart by the fraction of their time's second: since 3.1.3. */
  readonly comparesFractions: boolean;
}

/** Asks an rsync for its version. @throws UserError when it does not tell */
export async function rsyncAbilities(rsync: string, host: Host): Promise<RsyncAbilities> {
  const version = /version v?(\d+\.\d+\.\d+)/.exec(await execOutput([rsync, "--version"], { env: host.env }))?.[1];
  if (version === undefined) throw new UserError("failed to get rsync version: failed to parse rsync version");
  const isBefore = (other: string) => Bun.semver.order(version, other) < 0;
  return { splitsRemotePaths: isBefore("3.2.4"), comparesFractions: !isBefore("3.1.3") };
}
