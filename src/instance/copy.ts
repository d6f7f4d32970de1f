import { errorText, UserError } from "../lib/errors.ts";
import { findSshProgram } from "../store/ssh-program.ts";
import type { InstanceContext } from "./context.ts";
import {
  type CopyEndpoint,
  type CopyFacts,
  type CopyPath,
  commonOptions,
  parseCopyPath,
  rsyncArguments,
  scpArguments,
  withoutForwarding,
} from "./copy-plan.ts";
import { type Configured, findRunning } from "./reach.ts";
import { findProgram, guestHasRsync, rsyncAbilities } from "./rsync.ts";
import { type SshAccess, sshAccess } from "./shell.ts";

/** What moves the bytes; `auto` takes rsync where it is on both sides. */
export type CopyBackend = "auto" | "rsync" | "scp";

export interface CopyRequest {
  /** Sources and, last, the target. */
  readonly paths: readonly string[];
  readonly backend: CopyBackend;
  readonly recursive: boolean;
  readonly verbose: boolean;
}

/** An instance that paths name, and how it is reached. */
interface Reached extends Configured {
  readonly access: SshAccess;
}

/** The command line that copies files between the host and guests. @throws UserError when there is none */
export async function copyCommand(context: InstanceContext, request: CopyRequest): Promise<readonly string[]> {
  const paths = request.paths.map((text) => parseCopyPath(text, context.host.os === "windows"));
  const rsync = request.backend === "scp" ? undefined : await rsyncCommand(context, request, paths);
  return rsync ?? (await scpCommand(context, request, paths));
}

/** @returns undefined where `auto` is to take scp */
async function rsyncCommand(
  context: InstanceContext,
  request: CopyRequest,
  paths: readonly CopyPath[],
): Promise<readonly string[] | undefined> {
  const auto = request.backend === "auto";
  if (auto && paths.filter(({ kind }) => kind === "remote").length > 1) return undefined;
  let rsync: string;
  try {
    rsync = findProgram("rsync", context.host);
  } catch (error) {
    if (auto) return undefined;
    throw new UserError(`rsync not found on host: ${errorText(error)}`, { cause: error });
  }
  const reached = await reachWithRsync(context, paths);
  if (reached === undefined) {
    if (auto) return undefined;
    throw new UserError("rsync not available on guest(s)");
  }
  const facts = await factsOf(context, request, paths, reached);
  const { splitsRemotePaths } = await rsyncAbilities(rsync, context.host);
  return [rsync, ...rsyncArguments({ ...facts, quoteRemote: splitsRemotePaths })];
}

/** The instances of the paths, provided that all run and have rsync. */
async function reachWithRsync(
  context: InstanceContext,
  paths: readonly CopyPath[],
): Promise<ReadonlyMap<string, Reached> | undefined> {
  try {
    const reached = await reach(context, paths);
    const answers = await Promise.all(
      [...reached.values()].map((each) => guestHasRsync(context.host, each, each.access)),
    );
    return answers.every(Boolean) ? reached : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function scpCommand(
  context: InstanceContext,
  request: CopyRequest,
  paths: readonly CopyPath[],
): Promise<readonly string[]> {
  let scp: string;
  try {
    scp = findProgram("scp", context.host);
  } catch (error) {
    const what = request.backend === "auto" ? "neither rsync nor scp found on host" : "scp not found on host";
    throw new UserError(`${what}: ${errorText(error)}`, { cause: error });
  }
  const reached = await reach(context, paths);
  return [scp, ...scpArguments(await factsOf(context, request, paths, reached))];
}

async function reach(context: InstanceContext, paths: readonly CopyPath[]): Promise<ReadonlyMap<string, Reached>> {
  const names = new Set(paths.flatMap((path) => (path.kind === "remote" ? [path.instance] : [])));
  const reached = new Map<string, Reached>();
  for (const name of names) {
    const found = await findRunning(context, name);
    reached.set(name, { ...found, access: await sshAccess(context, found.instance.dir, found.config) });
  }
  return reached;
}

async function factsOf(
  context: InstanceContext,
  { recursive, verbose }: CopyRequest,
  paths: readonly CopyPath[],
  reached: ReadonlyMap<string, Reached>,
): Promise<CopyFacts> {
  const [first] = reached.values();
  const options = withoutForwarding(first?.access.options ?? []);
  return {
    paths,
    endpoints: new Map([...reached].map(([name, each]) => [name, endpointOf(each)])),
    ssh: first?.access.program ?? (await findSshProgram(context.host, context.logger)),
    options: reached.size > 1 ? commonOptions(options) : options,
    recursive,
    verbose,
  };
}

function endpointOf({ instance, config }: Configured): CopyEndpoint {
  return { user: config.user.name, address: instance.sshAddress, port: instance.sshLocalPort };
}
