import { join } from "node:path";
import { followLines } from "../lib/follow.ts";
import type { Logger } from "../lib/log.ts";
import { instanceFiles } from "../store/instance-files.ts";
import {
  afterSign,
  type BootSign,
  type BootState,
  bootBegins,
  type Phase,
  phaseNames,
  type StallLimits,
  stallAt,
  stallOf,
} from "./phase-plan.ts";
import { emptySerial, type SerialState, withSerialLine } from "./serial-plan.ts";
import type { Health, Service } from "./service.ts";

export interface BootMonitorOptions {
  /** Directory of the instance, whose serial logs are read. */
  readonly directory: string;
  readonly limits: StallLimits;
  readonly logger: Logger;
  /** Told what is waited for from now on. */
  readonly onPhase: (phase: Phase) => void;
}

const serialLogs = [instanceFiles.serialLog, instanceFiles.serialPciLog, instanceFiles.serialVirtioLog] as const;

/** Longest value that a timer takes. */
const longestTimerMs = 2 ** 31 - 1;

/** Watches whether a starting machine makes progress; works until the boot is done, and costs nothing afterwards. */
export class BootMonitor implements Service {
  readonly name = "boot monitor";
  private state: BootState = bootBegins(performance.now());
  private serialState: SerialState = emptySerial;
  private serialFile: string = instanceFiles.serialLog;
  private timer: NodeJS.Timeout | undefined;
  private readonly done = new AbortController();
  private readonly stall = new AbortController();
  private readonly following: Promise<void>[] = [];

  constructor(private readonly options: BootMonitorOptions) {}

  /** Aborted when there has been no progress for too long; the reason is a `Stall`. */
  get stalled(): AbortSignal {
    return this.stall.signal;
  }

  /** The phase and what is known about it. */
  get boot(): BootState {
    return this.state;
  }

  /** The last lines of the consoles. */
  get serial(): SerialState {
    return this.serialState;
  }

  /** Path of the serial log that spoke last. */
  get serialLog(): string {
    return join(this.options.directory, this.serialFile);
  }

  /** Begins once the driver runs: it has emptied the logs then. */
  async start(): Promise<void> {
    this.sign({ kind: "driver-started" });
    for (const name of serialLogs) this.following.push(this.follow(name));
  }

  async stop(): Promise<void> {
    this.end();
    await Promise.all(this.following);
  }

  /** A stall is a result of the start, and no trouble of the watching. */
  health(): Health {
    return { kind: "well" };
  }

  /** Takes a sign of life in. */
  sign(sign: BootSign): void {
    if (this.done.signal.aborted) return;
    const before = this.state;
    this.state = afterSign(before, sign, performance.now());
    if (before.phase !== this.state.phase) {
      const { phase } = this.state;
      this.options.logger.debug(phase === undefined ? "Boot complete" : `Boot phase: waiting for ${phaseNames[phase]}`);
      if (phase !== undefined) this.options.onPhase(phase);
    }
    if (this.state.phase === undefined) this.end();
    else this.watch();
  }

  private async follow(name: string): Promise<void> {
    const lines = followLines(join(this.options.directory, name), { signal: this.done.signal, pauseMs: [50, 250] });
    for await (const line of lines) {
      this.serialState = withSerialLine(this.serialState, line);
      this.serialFile = name;
      const { newLines, panic, script } = this.serialState;
      this.sign({
        kind: "serial",
        newLines,
        ...(panic === undefined ? {} : { panic }),
        ...(script === undefined ? {} : { script }),
      });
    }
  }

  /** Looks again when the stall would be due; progress until then only moves that moment. */
  private watch(): void {
    clearTimeout(this.timer);
    const wait = Math.max(0, stallAt(this.state, this.options.limits) - performance.now());
    this.timer = setTimeout(() => this.judge(), Math.min(wait + 1, longestTimerMs));
  }

  private judge(): void {
    const stall = stallOf(this.state, this.options.limits, performance.now());
    if (stall === undefined) {
      this.watch();
      return;
    }
    this.stall.abort(stall);
    this.end();
  }

  private end(): void {
    clearTimeout(this.timer);
    this.done.abort();
  }
}
