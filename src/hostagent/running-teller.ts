import type { BootResult } from "./boot.ts";
import type { EventTeller } from "./event-teller.ts";

/**
 * Tells that the instance runs and what is wrong with it: once when it is ready, and again whenever that has changed, so
 * that an instance whose trouble went away is degraded no longer.
 */
export class RunningTeller {
  private result: BootResult | undefined;
  private told: string | undefined;

  /** @param troubles what is wrong now that may go away again, a line each */
  constructor(
    private readonly events: EventTeller,
    private readonly sshLocalPort: number,
    private readonly troubles: () => readonly string[],
  ) {}

  /** The start is complete. */
  ready(result: BootResult): void {
    this.result = result;
    this.refresh();
  }

  /** Tells the state when it is another one than was told last; nothing before the start is complete. */
  refresh(): void {
    if (this.result === undefined) return;
    const { bootErrors } = this.result;
    const errors = [...this.result.errors, ...this.troubles()];
    const text = [...errors, ...bootErrors].join("\n");
    if (text === this.told) return;
    this.told = text;
    const { sshLocalPort } = this;
    if (errors.length === 0) this.events.tell({ running: true, sshLocalPort, errors: bootErrors });
    else this.events.tell({ running: true, degraded: true, sshLocalPort, errors: [text] });
  }
}
