import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../lib/errors.ts";
import { childEnv } from "../lib/exec.ts";
import { quote } from "../lib/quote.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { InstanceContext } from "./context.ts";
import type { GuestAgentFiles } from "./guest-agent-file.ts";
import type { Prepared } from "./prepare.ts";
import type { Instance } from "./record.ts";

/** How long the host agent may take to write its pid file. */
const agentStartLimitMs = 5_000;

/** The same where the service manager runs `limactl start`, which looks at everything once more. */
const managedStartLimitMs = 30_000;

/** Paths of the files that take the host agent's output. */
export interface AgentLogs {
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line of the host agent. */
export function agentCommand(
  context: InstanceContext,
  instance: Instance,
  options: { readonly debug?: boolean; readonly progress?: boolean },
  { guestAgents, nerdctlArchive }: Prepared & { readonly guestAgents: GuestAgentFiles },
): readonly string[] {
  const { dir, name } = instance;
  return [
    ...context.host.self,
    ...(options.debug === true ? ["--debug"] : []),
    "hostagent",
    "--pidfile",
    join(dir, instanceFiles.hostAgentPid),
    "--socket",
    join(dir, instanceFiles.hostAgentSock),
    ...(guestAgents.glibc === undefined ? [] : ["--guestagent", guestAgents.glibc]),
    ...(guestAgents.musl === undefined ? [] : ["--guestagent-musl", guestAgents.musl]),
    ...(nerdctlArchive === undefined ? [] : ["--nerdctl-archive", nerdctlArchive]),
    ...(options.progress === true ? ["--progress"] : []),
    name,
  ];
}

export function agentLogs({ dir }: Instance): AgentLogs {
  return { stdout: join(dir, instanceFiles.hostAgentStdout), stderr: join(dir, instanceFiles.hostAgentStderr) };
}

/** Starts the host agent in a session of its own, its output going to the two log files. */
export function launchHostAgent(
  context: InstanceContext,
  instance: Instance,
  command: readonly string[],
): ChildProcess {
  const [program = "limactl", ...args] = command;
  const logs = agentLogs(instance);
  const stdout = recreate(logs.stdout);
  const stderr = recreate(logs.stderr);
  try {
    return spawn(program, args, {
      detached: true,
      stdio: ["ignore", stdout, stderr],
      env: childEnv(context.host.env),
      cwd: "/",
      windowsHide: true,
    });
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
}

function recreate(path: string): number {
  rmSync(path, { force: true });
  return openSync(path, "ax", 0o644);
}

/**
 * Waits until the host agent has written its pid file, or has ended.
 * @param agent undefined when the service manager starts it
 * @throws UserError when it takes too long
 */
export async function waitForPidFile(instance: Instance, agent: ChildProcess | undefined): Promise<void> {
  const pidFile = join(instance.dir, instanceFiles.hostAgentPid);
  const limitMs = agent === undefined ? managedStartLimitMs : agentStartLimitMs;
  const deadline = performance.now() + limitMs;
  while (!existsSync(pidFile)) {
    // An agent that ended at once has told why in its log, which the watch shows.
    if (agent !== undefined && hasEnded(agent)) return;
    if (performance.now() > deadline) {
      const log = join(instance.dir, instanceFiles.hostAgentStderr);
      throw new UserError(
        `hostagent (${quote(pidFile)}) did not start up in ${limitMs / 1000}s (hint: see ${quote(log)})`,
      );
    }
    await Bun.sleep(2);
  }
}

export function hasEnded(agent: ChildProcess): boolean {
  return agent.exitCode !== null || agent.signalCode !== null;
}
