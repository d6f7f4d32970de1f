/** The two clocks may differ by so much before the wall clock counts as set anew. */
const toleratedMs = 2;

/** Tells the time finer than `Date` does, never backwards but when the system's clock is set back. */
export class PreciseClock {
  private offsetMs = Date.now() - performance.now();

  /** RFC 3339 in UTC, with nine digits of a second's fraction. */
  now(): string {
    const wall = Date.now();
    let fine = this.offsetMs + performance.now();
    if (Math.abs(fine - wall) > toleratedMs) {
      this.offsetMs = wall - performance.now();
      fine = wall;
    }
    const whole = Math.floor(fine);
    const nanoseconds = String(Math.floor((fine - whole) * 1e6)).padStart(6, "0");
    return new Date(whole).toISOString().replace("Z", `${nanoseconds}Z`);
  }
}
