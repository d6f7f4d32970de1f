import { closeSync, mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { childEnv, describeExit } from "../../lib/exec.ts";
import { LineTail } from "../../lib/line-tail.ts";
import type { Logger } from "../../lib/log.ts";
import { socketPair } from "../../lib/socket-pair.ts";
import { mountedLine, type SshfsPlan } from "./sshfs-plan.ts";

/** One life of a mount: from its processes' start to their end. */
export interface SshfsLink {
  /** Settles once the guest's table has the mount; true, or false when the link ended before. */
  readonly mounted: Promise<boolean>;
  /** Settles, with why, once both processes are gone. */
  readonly ended: Promise<string>;
  /** Ends both processes, the guest's sshfs first unmounting; returns when they are gone. */
  cut(): Promise<void>;
}

export interface LinkOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
}

/** How long each process may take to end once its other side is gone: the guest's sshfs unmounts meanwhile. */
const farewellMs = 1000;

/**
 * Starts the two processes of a mount with their streams joined: what passes between guest and disk never enters this one.
 * @throws Error when the location cannot be made, or a program cannot be started
 */
export function startSshfs(plan: SshfsPlan, { env, logger }: LinkOptions): SshfsLink {
  if (typeof plan.server === "string") throw new Error(plan.server);
  mkdirSync(plan.location, { recursive: true, mode: 0o755 });
  const [near, far] = socketPair();
  const started: Bun.Subprocess<number, number, "pipe">[] = [];
  try {
    for (const [argv, fd] of [
      [plan.server, near],
      [plan.client, far],
    ] as const) {
      const options = { env: childEnv(env), stdin: fd, stdout: fd, stderr: "pipe", detached: true } as const;
      started.push(Bun.spawn([...argv], options));
    }
  } catch (error) {
    for (const child of started) child.kill("SIGKILL");
    throw error;
  } finally {
    closeSync(near);
    closeSync(far);
  }
  const [server, client] = started as [Bun.Subprocess<number, number, "pipe">, Bun.Subprocess<number, number, "pipe">];
  return join(server, client, logger);
}

type Process = Bun.Subprocess<number, number, "pipe">;

function join(server: Process, client: Process, logger: Logger): SshfsLink {
  const shown = Promise.withResolvers<boolean>();
  const said = new LineTail(client.stderr, (line) => {
    if (line === mountedLine) shown.resolve(true);
    else logger.debug(`sshfs[stderr]: ${line}`);
  });
  new LineTail(server.stderr, (line) => logger.debug(`sftp-server[stderr]: ${line}`));
  const ended = (async () => {
    await Promise.race([server.exited, client.exited]);
    // the server ends well when its input ends, so another end of it is the cause, whichever was seen first
    const [overdue] = await Promise.all([client.exited.then(() => endServer(server)), endClient(client)]);
    await Promise.race([said.done, sleep(200)]);
    shown.resolve(false);
    if (!overdue && server.exitCode !== 0) return `sftp-server ended: ${describe(server)}`;
    const words = said.lines.filter((line) => line !== mountedLine && !line.startsWith("Warning: Permanently added"));
    return [`sshfs in the guest ended: ${describe(client)}`, ...words.slice(-5)].join(": ");
  })();
  const cut = async () => {
    server.kill("SIGTERM");
    await ended;
  };
  return { mounted: shown.promise, ended, cut };
}

/** @returns whether it had to be killed: it hangs in a disk that does not answer */
async function endServer(server: Process): Promise<boolean> {
  const overdue = await outlasts(server, farewellMs);
  if (overdue) server.kill("SIGKILL");
  await server.exited;
  return overdue;
}

/** Its input has ended, so it ends by itself; unless the connection is dead, or the guest hangs. */
async function endClient(client: Process): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (!(await outlasts(client, farewellMs))) return;
    client.kill(signal);
  }
  await client.exited;
}

async function outlasts(child: Process, limitMs: number): Promise<boolean> {
  const over = new AbortController();
  const late = sleep(limitMs, true, { signal: over.signal }).catch(() => false);
  try {
    return await Promise.race([child.exited.then(() => false), late]);
  } finally {
    over.abort();
  }
}

function describe(child: Process): string {
  return describeExit({ code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode) });
}
