import { errorText } from "../../lib/errors.ts";
import { type ProcessIdentity, signalProcess, waitForEnd } from "../../store/process.ts";
import type { StopStep } from "../driver.ts";
import { powerDownStep } from "./power-down-plan.ts";
import { QmpClient, statusOf } from "./qmp.ts";

/** A QEMU process, be it this program's child or another's orphan. */
export interface Endable {
  /** Resolves to true once it is gone, to false after the limit or an abort. */
  waitForEnd(timeoutMs: number, signal?: AbortSignal): Promise<boolean>;
  kill(): void;
}

export interface PowerDownOptions {
  readonly qmpSocket: string;
  /** @default 180000 */
  readonly timeoutMs?: number;
  /** Ends the wait for the guest. */
  readonly signal?: AbortSignal;
  /** What an abort means: the guest is killed at once, or left to its shutdown while the abort's reason is thrown. */
  readonly onAbort: "kill" | "leave";
  readonly onStep: (step: StopStep) => void;
}

/** The power button is pressed again at this interval: a guest that is still booting does not see the first press. */
const pressAgainMs = 5000;

/** A process that was killed and is still there after this time hangs in the kernel. */
const killLimitMs = 30_000;

/**
 * Presses the guest's power button, waits for QEMU to end, and kills it after the limit, when it cannot be asked, or when
 * its guest cannot answer. Returns when the process is gone.
 */
export async function powerDown(qemu: Endable, options: PowerDownOptions): Promise<void> {
  const { onStep, signal, timeoutMs = 180_000 } = options;
  if (await qemu.waitForEnd(0)) {
    onStep({ level: "info", text: "QEMU has exited" });
    return;
  }
  onStep({ level: "info", text: "Shutting down QEMU with the power button" });
  const deadline = performance.now() + timeoutMs;
  let presses = 0;
  let stoppedByDisk = 0;
  const aborted = (): boolean => signal?.aborted === true;
  while (!aborted()) {
    try {
      if (presses === 0) onStep({ level: "info", text: "Sending QMP system_powerdown command" });
      using monitor = await QmpClient.connect(options.qmpSocket, signal === undefined ? {} : { signal });
      const status = statusOf(await monitor.execute("query-status"));
      const step = powerDownStep(status, stoppedByDisk);
      if (step.kind === "kill") {
        onStep({ level: "warning", text: `${step.reason}; forcibly killing QEMU` });
        return await killAndWait(qemu, onStep);
      }
      if (step.warning !== undefined) onStep({ level: "warning", text: step.warning });
      for (const command of step.commands) await monitor.execute(command);
      stoppedByDisk = status === "io-error" ? stoppedByDisk + 1 : 0;
    } catch (error) {
      if (await qemu.waitForEnd(0)) break;
      if (aborted()) break;
      // A later press may find QEMU on its way out; only the first tells that it cannot be asked.
      if (presses === 0) {
        onStep({ level: "warning", text: `${errorText(error)}; forcibly killing QEMU` });
        return await killAndWait(qemu, onStep);
      }
    }
    presses += 1;
    const left = deadline - performance.now();
    if (await qemu.waitForEnd(Math.min(pressAgainMs, Math.max(0, left)), signal)) break;
    if (left <= pressAgainMs) {
      onStep({ level: "warning", text: `QEMU did not exit in ${durationText(timeoutMs)}, forcibly killing QEMU` });
      return await killAndWait(qemu, onStep);
    }
  }
  if (await qemu.waitForEnd(0)) {
    onStep({ level: "info", text: "QEMU has exited" });
    return;
  }
  if (options.onAbort === "leave") signal?.throwIfAborted();
  onStep({ level: "warning", text: "not waiting for the guest any longer, forcibly killing QEMU" });
  await killAndWait(qemu, onStep);
}

/** Kills QEMU and returns when it is gone. */
export async function killAndWait(qemu: Endable, onStep: (step: StopStep) => void): Promise<void> {
  qemu.kill();
  const gone = await qemu.waitForEnd(killLimitMs);
  if (gone) onStep({ level: "info", text: "QEMU has exited" });
  else
    onStep({
      level: "warning",
      text: "QEMU was killed but has not ended: it waits for the host's kernel (a disk or a network file system?)",
    });
}

/** A process known by its identity, which another program may have started. */
export function endableProcess(identity: ProcessIdentity): Endable {
  return {
    kill: () => void signalProcess(identity, "SIGKILL"),
    waitForEnd: async (timeoutMs, signal) => {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const left = deadline - performance.now();
        if (await waitForEnd(identity, Math.max(0, Math.min(100, left)))) return true;
        if (left <= 0 || signal?.aborted === true) return false;
      }
    },
  };
}

/** A time as Go prints durations: `3m0s`, `10s`, `1.5s`. */
export function durationText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const seconds = (ms - minutes * 60_000) / 1000;
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}
