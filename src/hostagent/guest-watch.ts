import { setTimeout as sleep } from "node:timers/promises";
import type { GuestOs } from "../config/types.ts";
import { UserError } from "../lib/errors.ts";
import { parseWatchLine, watchCommand } from "./guest-script-plan.ts";
import { lineSplitter } from "./lines.ts";
import type { BootSign } from "./phase-plan.ts";
import type { GuestMarker } from "./requirements-plan.ts";
import { SshCut, type SshSession } from "./ssh/session.ts";

export interface GuestWatchOptions {
  readonly session: SshSession;
  /** The id of this start, which the markers must hold. */
  readonly instanceId: string;
  readonly guestOs: GuestOs;
  readonly markers: readonly GuestMarker[];
  readonly onSign: (sign: BootSign) => void;
  readonly signal: AbortSignal;
}

/** Waits in the guest for the markers of its boot; when the connection is cut, again over the next one. */
export class GuestWatch {
  private readonly seen: ReadonlyMap<string, PromiseWithResolvers<void>>;
  private readonly found = new Set<string>();
  private errors: string[] = [];
  private aborted = false;

  constructor(private readonly options: GuestWatchOptions) {
    this.seen = new Map(options.markers.map((marker) => [marker, Promise.withResolvers<void>()]));
  }

  /** Resolves when the marker holds this start's id. @throws UserError when it will not come */
  async marker(marker: GuestMarker): Promise<void> {
    await this.seen.get(marker)?.promise;
  }

  /** Boot and provisioning scripts that failed; complete once `lima-boot-done` was seen, or will not come. */
  get bootErrors(): readonly string[] {
    return this.errors;
  }

  /** Watches until every marker was seen, boot.sh has given up, or the signal is aborted. */
  async run(): Promise<void> {
    const { session, instanceId, guestOs, markers, signal } = this.options;
    for (let pauseMs = 100; !signal.aborted; pauseMs = Math.min(pauseMs * 2, 2000)) {
      const left = markers.filter((marker) => !this.found.has(marker));
      if (left.length === 0) return;
      const { command, stdin } = watchCommand(instanceId, left, guestOs);
      const take = lineSplitter((line) => this.take(line));
      try {
        await session.exec(command, { stdin, signal, onStdout: take });
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof SshCut)) throw error;
      }
      if (this.aborted || markers.every((marker) => this.found.has(marker))) return;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private take(text: string): void {
    const line = parseWatchLine(text);
    const { onSign } = this.options;
    switch (line?.kind) {
      case "up":
        this.errors = [];
        onSign({ kind: "connected" });
        break;
      case "boot-error":
        this.errors.push(line.script);
        break;
      case "aborted":
        this.aborted = true;
        onSign({ kind: "boot-done" });
        for (const { promise, reject } of this.seen.values()) {
          promise.catch(() => undefined);
          reject(new UserError("boot.sh has given up"));
        }
        break;
      case "log":
        onSign({ kind: "guest-log", bytes: line.bytes, ...(line.script === "" ? {} : { script: line.script }) });
        break;
      case "marker":
        this.found.add(line.marker);
        onSign(line.marker === "lima-boot-done" ? { kind: "boot-done" } : { kind: "marker", name: line.marker });
        this.seen.get(line.marker)?.resolve();
    }
  }
}
