import { eventLine, type HostAgentStatus } from "../hostapi/events.ts";

/** Tells the state of the run, a line each, as `ha.stdout.log` takes it. */
export class EventTeller {
  private latest: HostAgentStatus = {};

  /** @param output takes a line without its newline */
  constructor(private readonly output: (line: string) => void) {}

  /** Tells a state as it is. */
  tell(status: HostAgentStatus): void {
    this.latest = status;
    this.output(eventLine({ time: new Date().toISOString(), status }));
  }

  /** Tells something that happened on top of the state that was told last. */
  tellPart(part: Pick<HostAgentStatus, "cloudInitProgress" | "portForward" | "vsock">): void {
    this.tell({ ...this.latest, ...part });
  }
}
