import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { guestPathOf } from "../config/host-path.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { ExecError, execOutput } from "../lib/exec.ts";
import { quote } from "../lib/quote.ts";
import type { InstanceContext } from "./context.ts";
import { remoteShell, withoutForwarding } from "./copy-plan.ts";
import type { Configured } from "./reach.ts";
import { findProgram, guestHasRsync, rsyncAbilities, runInGuest } from "./rsync.ts";
import { type SshAccess, sshAccess } from "./shell.ts";
import { shellQuote } from "./shell-plan.ts";
import { minimumDepth, pathDepth } from "./sync-plan.ts";

/** A directory of the host and its copy in a guest. */
export interface SyncedDirectory {
  readonly host: string;
  readonly guest: string;
  /** Copies the host's contents to the guest. */
  copyOut(): Promise<void>;
  /** Copies the guest's contents back to the host, or to another directory. */
  copyBack(target?: string): Promise<void>;
  /** What `copyBack` would do, as rsync itemizes it. */
  dryRun(): Promise<string>;
  /** Removes the guest's copy; a failure is only logged. */
  removeGuestCopy(): Promise<void>;
}

/**
 * Prepares `shell --sync`: nothing is copied yet.
 * @param directory of the host, relative to the working directory or absolute; symlinks in it are kept
 * @throws UserError for an instance or a directory that cannot be synced
 */
export async function prepareSync(
  context: InstanceContext,
  target: Configured,
  directory: string,
): Promise<SyncedDirectory> {
  const { host } = context;
  const { config } = target;
  if (config.vmType === "wsl2") {
    throw new UserError("cannot use `--sync` with a wsl2 instance, the host directory is already visible in the guest");
  }
  if (config.mounts.length > 0) {
    throw new UserError(
      "cannot use `--sync` when the instance has host mounts configured, start the instance with `--mount-none` to disable mounts",
    );
  }
  const rsync = requiredRsync(context);
  const local = checkedDirectory(context, directory);
  const access = await sshAccess(context, target.instance.dir, config);
  if (!(await guestHasRsync(host, target, access))) throw new UserError("rsync not available on guest(s)");
  const guest = `${config.user.home}${guestPathOf(local, host.os)}`;
  const { splitsRemotePaths, comparesFractions } = await rsyncAbilities(rsync, host);
  // A file that keeps its size is else missed when it is changed within the second in which it was made.
  const command = comparesFractions ? [rsync, "--modify-window=-1"] : [rsync];
  const remotePath = splitsRemotePaths ? shellQuote(guest) : guest;
  return synced(context, target, access, { command, host: local, guest, remotePath });
}

interface SyncPaths {
  /** rsync with the options that depend on its version. */
  readonly command: readonly string[];
  readonly host: string;
  readonly guest: string;
  /** The guest's directory as this rsync wants it. */
  readonly remotePath: string;
}

function synced(context: InstanceContext, target: Configured, access: SshAccess, paths: SyncPaths): SyncedDirectory {
  const { instance, config } = target;
  const { host, guest } = paths;
  const endpoint = { user: config.user.name, address: instance.sshAddress, port: instance.sshLocalPort };
  const shell = remoteShell({ ssh: access.program, options: withoutForwarding(access.options) }, endpoint);
  const remote = `${endpoint.user}@${endpoint.address}:${paths.remotePath}`;
  const run = (options: readonly string[], from: string, to: string) =>
    execOutput([...paths.command, ...options, "-e", shell, "--", from, to], { env: context.host.env });
  const copy = ["-a", "-q", "-r", "--delete"];
  const dry = ["-a", "-v", "--progress", "--dry-run", "--itemize-changes", "-ah", "--delete"];
  return {
    host,
    guest,
    async copyOut() {
      context.logger.info(`Syncing host current directory(${host}) to guest instance...`);
      const made = await runInGuest(context.host, instance, access, `mkdir -p ${shellQuote(guest)}`);
      if (made.code !== 0) {
        const failure = new ExecError(["mkdir", "-p", guest], made);
        throw new UserError(`failed to create the synced workdir in guest instance: ${failure.message}`);
      }
      await explained("failed to rsync to the guest ", () => run(copy, `${host}/`, `${remote}/`));
      context.logger.info(`Successfully synced host current directory to guest(${guest}) instance.`);
    },
    async copyBack(to) {
      const what = to === undefined ? "host" : "host temporary directory";
      await explained(`failed to sync back the changes from guest instance to ${what}: `, () =>
        run(copy, `${remote}/`, `${to ?? host}/`),
      );
    },
    dryRun: () => run(dry, remote, dirname(host)),
    async removeGuestCopy() {
      const { code, stderr } = await runInGuest(context.host, instance, access, `rm -rf ${shellQuote(guest)}`);
      if (code !== 0) context.logger.warn("Failed to clean up guest synced workdir", { error: stderr.trim() });
    },
  };
}

function requiredRsync({ host }: InstanceContext): string {
  try {
    return findProgram("rsync", host);
  } catch (error) {
    throw new UserError(`rsync is required for \`--sync\` but not found: ${errorText(error)}`, { cause: error });
  }
}

function checkedDirectory({ host }: InstanceContext, directory: string): string {
  const path = resolve(host.cwd, directory);
  const depth = pathDepth(path, host.os);
  if (depth < minimumDepth) {
    throw new UserError(
      `expected the depth of the host working directory (${quote(path)}) to be at least ${minimumDepth}, only got ${depth} (Hint: cd to a deeper directory)`,
    );
  }
  try {
    if (!statSync(path).isDirectory()) throw new Error(`${path} is not a directory`);
  } catch (error) {
    throw new UserError(`failed to determine the host directory to sync: ${errorText(error)}`, { cause: error });
  }
  return path;
}

async function explained(what: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${what}${error.message}`, { cause: error });
  }
}
