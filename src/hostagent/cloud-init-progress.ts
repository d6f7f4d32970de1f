import type { CloudInitProgress } from "../hostapi/events.ts";
import { errorText } from "../lib/errors.ts";
import { afterCloudInitLine, cloudInitBegins, cloudInitTail, followCloudInit } from "./cloud-init-plan.ts";
import { lineSplitter } from "./lines.ts";
import type { Health, Service } from "./service.ts";
import { SshCut, type SshSession } from "./ssh/session.ts";

export interface CloudInitOptions {
  readonly session: Pick<SshSession, "connected" | "exec">;
  readonly tell: (progress: CloudInitProgress) => void;
  readonly signal: AbortSignal;
  /** @default 600000 */
  readonly limitMs?: number;
}

/** Tells what cloud-init writes in the guest, line by line, until it has finished. */
export class CloudInitMonitor implements Service {
  readonly name = "cloud-init monitor";
  private state = cloudInitBegins;
  /** Lines told so far: a connection that was cut is followed by one that begins anew. */
  private told = 0;
  private readonly end = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: CloudInitOptions) {}

  async start(): Promise<void> {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.end.abort();
    await this.running;
  }

  health(): Health {
    return { kind: "well" };
  }

  private async run(): Promise<void> {
    const { tell, limitMs = 600_000 } = this.options;
    const over = AbortSignal.any([this.options.signal, this.end.signal]);
    const limit = AbortSignal.timeout(limitMs);
    tell({ active: true });
    const reason = await this.follow(AbortSignal.any([over, limit])).catch((error: unknown) =>
      limit.aborted
        ? "Cloud-init monitoring timed out after 10 minutes"
        : `Failed to monitor cloud-init: ${errorText(error)}`,
    );
    if (!over.aborted) tell({ completed: true, logLine: reason });
  }

  /** @returns why it ended; throws when the signal is aborted */
  private async follow(signal: AbortSignal): Promise<string> {
    const { session } = this.options;
    while (!this.state.finished) {
      await session.connected();
      signal.throwIfAborted();
      const finished = new AbortController();
      let line = 0;
      const onStdout = lineSplitter((text) => {
        line += 1;
        if (line > this.told) this.take(text);
        if (this.state.finished) finished.abort();
      });
      const { command, stdin } = followCloudInit;
      try {
        await session.exec(command, { stdin, onStdout, signal: AbortSignal.any([signal, finished.signal]) });
        break;
      } catch (error) {
        signal.throwIfAborted();
        if (!finished.signal.aborted && !(error instanceof SshCut)) throw error;
      }
    }
    if (!this.state.finished) {
      const { stdout } = await session.exec(cloudInitTail.command, { stdin: cloudInitTail.stdin, signal });
      for (const text of stdout.split("\n")) this.take(text);
    }
    return "Cloud-init monitoring completed successfully";
  }

  private take(text: string): void {
    this.told += 1;
    const line = text.trimEnd();
    if (line === "") return;
    this.state = afterCloudInitLine(this.state, line);
    const { finished } = this.state;
    this.options.tell({ logLine: line, active: !finished, completed: finished });
  }
}
