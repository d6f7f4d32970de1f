import { closeSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { UserError } from "../../lib/errors.ts";
import { childEnv, type ExitStatus } from "../../lib/exec.ts";
import { LineTail } from "../../lib/line-tail.ts";
import type { Logger } from "../../lib/log.ts";
import { connectUnix } from "../../lib/unix-connect.ts";
import type { Machine, PowerOffOptions } from "../driver.ts";
import { explainFailure } from "./failure-plan.ts";
import { type HelperProcess, startHelper } from "./helper-process.ts";
import type { QemuPlan } from "./plan.ts";
import { QmpClient } from "./qmp.ts";
import { type Endable, killAndWait, powerDown } from "./stop.ts";

export interface StartQemuOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  /** For the message when the port is taken. */
  readonly ssh: { readonly address: string; readonly port: number };
  readonly signal?: AbortSignal;
}

/** How long QEMU may take until its monitor answers. */
const monitorLimitMs = 60_000;
const monitorPollMs = 5;

/**
 * Starts what was planned, in its own process group so that a Ctrl-C meant for the agent does not reach it.
 * Resolves when QEMU's monitor answers, which is when the guest has begun to run.
 * @throws UserError with what QEMU said; then nothing of it runs
 */
export async function startQemu(plan: QemuPlan, options: StartQemuOptions): Promise<Machine> {
  const { env, log } = options;
  for (const path of plan.stale) rmSync(path, { force: true });
  for (const path of plan.sharedDirectories) mkdirSync(path, { recursive: true, mode: 0o755 });
  const helpers: HelperProcess[] = [];
  try {
    for (const helper of plan.helpers) helpers.push(await startHelper(helper, env, log));
    const machine = spawnQemu(plan, helpers, options);
    await monitorAnswers(plan.qmpSocket, machine, options);
    return machine;
  } catch (error) {
    await Promise.all(helpers.map((helper) => helper.end()));
    throw error;
  }
}

function spawnQemu(plan: QemuPlan, helpers: readonly HelperProcess[], { env, log }: StartQemuOptions): Machine {
  const descriptors = plan.descriptors.map(({ socket }) => connectUnix(socket));
  const child = Bun.spawn([...plan.argv], {
    env: childEnv(env),
    stdio: ["ignore", "pipe", "pipe", ...descriptors],
    detached: true,
  });
  for (const fd of descriptors) closeSync(fd);
  new LineTail(child.stdout, (line) => log.debug(`qemu[stdout]: ${line}`));
  const stderr = new LineTail(child.stderr, (line) => log.debug(`qemu[stderr]: ${line}`));
  const exited = child.exited.then(async (): Promise<ExitStatus> => {
    // A helper that inherited the pipe would keep it open; QEMU's last words are there by then.
    await Promise.race([stderr.done, Bun.sleep(500)]);
    await Promise.all(helpers.map((helper) => helper.end()));
    removeTraces(plan, child.pid);
    return { code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode) };
  });
  const endable: Endable = {
    kill: () => child.kill("SIGKILL"),
    waitForEnd: (timeoutMs, signal) => within(exited, timeoutMs, signal),
  };
  return {
    pid: child.pid,
    exited,
    lastOutput: () => stderr.lines,
    powerOff: (options: PowerOffOptions) =>
      powerDown(endable, { ...options, qmpSocket: plan.qmpSocket, onAbort: "kill" }),
    kill: () => killAndWait(endable, ({ text }) => log.debug(text)),
  };
}

/** A QEMU that was killed leaves its pid file and sockets. */
function removeTraces(plan: QemuPlan, pid: number): void {
  for (const path of plan.stale.filter((name) => name.endsWith(".sock"))) rmSync(path, { force: true });
  try {
    if (Number(readFileSync(plan.pidFile, "utf8")) === pid) rmSync(plan.pidFile);
  } catch {
    // QEMU removed it itself
  }
}

async function monitorAnswers(qmpSocket: string, machine: Machine, options: StartQemuOptions): Promise<void> {
  const ended = machine.exited.then((status) => {
    const { address: sshAddress, port: sshLocalPort } = options.ssh;
    throw new UserError(explainFailure({ status, stderr: machine.lastOutput(), sshAddress, sshLocalPort }));
  });
  const limit = AbortSignal.timeout(monitorLimitMs);
  const given = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  const stop = new AbortController();
  try {
    await Promise.race([ended, connectWhenThere(qmpSocket, AbortSignal.any([given, stop.signal]))]);
  } catch (error) {
    stop.abort(error);
    await machine.kill();
    if (!limit.aborted) throw error;
    throw new UserError(`QEMU runs but its monitor ${qmpSocket} does not answer within ${monitorLimitMs / 1000} s`);
  }
}

async function connectWhenThere(qmpSocket: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    if (existsSync(qmpSocket)) {
      try {
        using _client = await QmpClient.connect(qmpSocket, { timeoutMs: monitorLimitMs, signal });
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof Error)) throw error;
      }
    }
    await Bun.sleep(monitorPollMs);
  }
}

async function within(promise: Promise<unknown>, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
  const { promise: limit, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  const abort = (): void => resolve(false);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  try {
    return await Promise.race([promise.then(() => true), limit]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
