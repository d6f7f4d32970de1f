import { closeSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { childEnv, type ExitStatus } from "../../lib/exec.ts";
import { LineTail } from "../../lib/line-tail.ts";
import type { Logger } from "../../lib/log.ts";
import { OutputFile } from "../../lib/output-file.ts";
import { connectUnix } from "../../lib/unix-connect.ts";
import type { Machine, PowerOffOptions } from "../driver.ts";
import { qemuControls } from "./controls.ts";
import { explainFailure } from "./failure-plan.ts";
import { type HelperProcess, startHelper } from "./helper-process.ts";
import { qemuFiles } from "./layout.ts";
import type { QemuPlan } from "./plan.ts";
import { QmpClient } from "./qmp.ts";
import { type Endable, killAndWait, powerDown } from "./stop.ts";
import { removeTraces } from "./traces.ts";

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

/** Its standard error goes to a file, for QEMU may outlive this process. */
function spawnQemu(plan: QemuPlan, helpers: readonly HelperProcess[], { env, log }: StartQemuOptions): Machine {
  const directory = dirname(plan.qmpSocket);
  const stderr = new OutputFile(join(directory, qemuFiles.output));
  const descriptors = plan.descriptors.map(({ socket }) => connectUnix(socket));
  const output = stderr.create();
  let child: Bun.Subprocess<"ignore", "pipe", number>;
  try {
    child = Bun.spawn([...plan.argv], {
      env: childEnv(env),
      stdio: ["ignore", "pipe", output, ...descriptors],
      detached: true,
    });
  } finally {
    for (const fd of [output, ...descriptors]) closeSync(fd);
  }
  new LineTail(child.stdout, (line) => log.debug(`qemu[stdout]: ${line}`));
  stderr.follow((line) => log.debug(`qemu[stderr]: ${line}`));
  const exited = child.exited.then(async (): Promise<ExitStatus> => {
    await stderr.end();
    await Promise.all(helpers.map((helper) => helper.end()));
    removeTraces(directory, child.pid);
    return { code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode) };
  });
  const endable: Endable = {
    kill: () => child.kill("SIGKILL"),
    waitForEnd: (timeoutMs, signal) => within(exited, timeoutMs, signal),
  };
  return {
    ...qemuControls(plan.qmpSocket),
    pid: child.pid,
    helperPids: helpers.map(({ pid }) => pid),
    exited,
    lastOutput: () => stderr.lines(),
    powerOff: (options: PowerOffOptions) =>
      powerDown(endable, { ...options, qmpSocket: plan.qmpSocket, onAbort: "kill" }),
    kill: () => killAndWait(endable, ({ text }) => log.debug(text)),
  };
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
