import { eventLine, type HostAgentStatus } from "../hostapi/events.ts";
import { PreciseClock } from "./precise-clock.ts";

/** Tells the state of the run, a line each, as `ha.stdout.log` takes it. */
export class EventTeller {
  private latest: HostAgentStatus = {};
  private readonly clock = new PreciseClock();

  /** @param output takes a line without its newline */
  constructor(private readonly output: (line: string) => void) {}

  /** What was wrong by the state that was told last: scripts that failed, mounts that are gone. */
  get errors(): readonly string[] {
    return this.latest.errors ?? [];
  }

  /** Tells a state as it is. */
  tell(status: HostAgentStatus): void {
    this.latest = status;
    this.output(eventLine({ time: this.clock.now(), status }));
  }

  /** Tells something that happened on top of what was told last, which so goes on being told until the next state. */
  tellPart(part: Pick<HostAgentStatus, "cloudInitProgress" | "portForward" | "vsock" | "phase">): void {
    this.tell({ ...this.latest, ...part });
  }
}
