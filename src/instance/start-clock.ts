import type { PhaseTime } from "./start-times-plan.ts";

/** Measures the phases of a start, one after the other. */
export class StartClock {
  private readonly over: PhaseTime[] = [];
  private name: string;
  private since = performance.now();

  constructor(
    first: string,
    private readonly onPhase: (name: string) => void = () => undefined,
  ) {
    this.name = first;
  }

  /** The next phase begins. */
  enter(name: string): void {
    const now = performance.now();
    this.over.push({ name: this.name, milliseconds: now - this.since });
    this.name = name;
    this.since = now;
    this.onPhase(name);
  }

  /** All phases until now, the one that is under way as the last. */
  times(): readonly PhaseTime[] {
    return [...this.over, { name: this.name, milliseconds: performance.now() - this.since }];
  }
}
