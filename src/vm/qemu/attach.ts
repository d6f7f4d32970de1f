import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ExitStatus } from "../../lib/exec.ts";
import { OutputFile } from "../../lib/output-file.ts";
import { signalProcess, waitForEnd } from "../../store/process.ts";
import type { AttachOptions, DriverInstance, Machine, PowerOffOptions } from "../driver.ts";
import { qemuControls } from "./controls.ts";
import { qemuFiles } from "./layout.ts";
import { QmpClient } from "./qmp.ts";
import { endableProcess, killAndWait, powerDown } from "./stop.ts";
import { removeTraces } from "./traces.ts";

/** Pause between looks at whether QEMU, which is no child of this process, still runs. */
const lookMs = 200;
/** Longest time that one wait takes. */
const foreverMs = 2 ** 31 - 1;

/** Whether the monitor of the instance's QEMU answers. */
export async function qemuAnswers({ directory }: DriverInstance, signal: AbortSignal): Promise<boolean> {
  try {
    await askMonitor(join(directory, qemuFiles.qmpSock), signal);
    return true;
  } catch {
    return false;
  }
}

async function askMonitor(qmpSocket: string, signal: AbortSignal | undefined): Promise<void> {
  using monitor = await QmpClient.connect(qmpSocket, signal === undefined ? {} : { signal });
  await monitor.execute("query-status");
}

/**
 * Takes over a QEMU that an earlier host agent started.
 * @throws Error when its monitor does not answer
 */
export async function attachQemu(options: AttachOptions): Promise<Machine> {
  const { instance, process: qemu, helpers, log, signal } = options;
  const { directory } = instance;
  const qmpSocket = join(directory, qemuFiles.qmpSock);
  await askMonitor(qmpSocket, signal);
  const endable = endableProcess(qemu);
  const stderr = new OutputFile(join(directory, qemuFiles.output));
  stderr.follow((line) => log.debug(`qemu[stderr]: ${line}`));
  const exited = (async (): Promise<ExitStatus> => {
    while (!(await waitForEnd(qemu, foreverMs, lookMs)));
    await stderr.end();
    for (const helper of helpers) signalProcess(helper, "SIGKILL");
    // the status of a process that is no child cannot be had; one that ends in order removes its pid file
    const orderly = !existsSync(join(directory, qemuFiles.qemuPid));
    removeTraces(directory, qemu.pid);
    return orderly ? { code: 0, signal: null } : { code: null, signal: "unknown (an earlier host agent started QEMU)" };
  })();
  return {
    ...qemuControls(qmpSocket),
    pid: qemu.pid,
    helperPids: helpers.map(({ pid }) => pid),
    exited,
    lastOutput: () => stderr.lines(),
    powerOff: (given: PowerOffOptions) => powerDown(endable, { ...given, qmpSocket, onAbort: "kill" }),
    kill: () => killAndWait(endable, ({ text }) => log.debug(text)),
  };
}
