import type { Logger } from "../lib/log.ts";
import { formatSize } from "../lib/sizes.ts";
import type { Progress, ProgressFactory } from "./progress.ts";
import type { StatusOutput } from "./status-line.ts";

export interface ProgressOptions {
  /** Shows the bar, at a terminal. */
  readonly output: Pick<StatusOutput, "write" | "showStatus">;
  /** True for a bar, false for log records. */
  readonly bar: boolean;
  /** Writes a plain line when a transfer begins: not among records that are JSON (host.md 6.4). */
  readonly announces: boolean;
  readonly logger: Logger;
  /** A clock in milliseconds that never goes back. */
  now(): number;
}

const width = 80;
const redrawMs = 100;

/** How far one transfer is. */
export interface TransferState {
  readonly label: string;
  readonly done: number;
  readonly total: number | undefined;
  readonly elapsedMs: number;
}

/** Seconds as `7s`, `3m20s`, `2h05m`. */
function shortTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.trunc(whole / 60)}m${two(whole % 60)}s`;
  return `${Math.trunc(whole / 3600)}h${two(Math.trunc((whole % 3600) / 60))}m`;
}

/** One line of at most 80 characters: label, bar, bytes, rate and the time that is left. */
export function progressLine(state: TransferState): string {
  const rate = state.elapsedMs > 0 ? (state.done / state.elapsedMs) * 1000 : 0;
  const speed = `${formatSize(Math.round(rate))}/s`;
  if (state.total === undefined || state.total <= 0) {
    return fit(state.label, ` ${formatSize(state.done)} ${speed} ${shortTime(state.elapsedMs / 1000)}`);
  }
  const fraction = Math.min(1, state.done / state.total);
  const left = rate > 0 ? ` ETA ${shortTime((state.total - state.done) / rate)}` : "";
  const cells = 16;
  const full = Math.trunc(fraction * cells);
  const bar = `[${"=".repeat(full)}${full < cells ? ">" : ""}${" ".repeat(Math.max(0, cells - full - 1))}]`;
  const percent = `${Math.trunc(fraction * 100)}%`.padStart(4);
  return fit(state.label, ` ${bar}${percent} ${formatSize(state.done)}/${formatSize(state.total)} ${speed}${left}`);
}

/** The label, cut where it is too long, with the numbers behind it. */
function fit(label: string, numbers: string): string {
  const room = Math.max(0, width - numbers.length);
  const characters = Array.from(label);
  const shown = characters.length <= room ? label : `${characters.slice(0, Math.max(0, room - 3)).join("")}...`;
  return (shown + numbers).slice(0, width);
}

/** Tens of per cent that are done, 0 to 10; undefined where the total is not known. */
function tenths(state: TransferState): number | undefined {
  return state.total === undefined || state.total <= 0 ? undefined : Math.trunc((state.done / state.total) * 10);
}

/** Makes the display of transfers that the options ask for. */
export function createProgress(options: ProgressOptions): ProgressFactory {
  return (label, totalBytes) => {
    if (options.announces) options.output.write(`Downloading ${label}\n`);
    return options.bar ? startBar(options, label, totalBytes) : startLog(options, label, totalBytes);
  };
}

function startBar(options: ProgressOptions, label: string, total: number | undefined): Progress {
  const start = options.now();
  let drawnAt = Number.NEGATIVE_INFINITY;
  let done = 0;
  let finished = false;
  const line = (now: number) => progressLine({ label, done, total, elapsedMs: now - start });
  const finish = () => {
    if (finished) return;
    finished = true;
    options.output.showStatus(undefined);
    options.output.write(`${line(options.now())}\n`);
  };
  return {
    update(bytes) {
      done = bytes;
      const now = options.now();
      if (finished || now - drawnAt < redrawMs) return;
      drawnAt = now;
      options.output.showStatus(line(now));
    },
    finish,
    [Symbol.dispose]: finish,
  };
}

function startLog(options: ProgressOptions, label: string, total: number | undefined): Progress {
  const start = options.now();
  let told = 0;
  const stop = () => {
    told = 10;
  };
  return {
    update(done) {
      const state = { label, done, total, elapsedMs: options.now() - start };
      const step = tenths(state);
      if (step === undefined || step <= told) return;
      told = step;
      options.logger.info(`${label}: ${step * 10} % of ${formatSize(total ?? 0)}`);
    },
    finish: stop,
    [Symbol.dispose]: stop,
  };
}
