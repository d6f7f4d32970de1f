/** A service that does not do its work now. */
export interface Problem {
  readonly service: string;
  readonly reason: string;
}

/** A problem and since when there has been one of that service, in milliseconds of any one clock. */
export interface Trouble extends Problem {
  readonly sinceMs: number;
}

/** A shorter trouble is one that a service gets over by itself, as when the guest's sshd is started anew. */
const lastingMs = 10_000;

/** The troubles after another look. A trouble that goes on keeps the reason that was seen first. */
export function nextTroubles(
  before: readonly Trouble[],
  problems: readonly Problem[],
  nowMs: number,
): readonly Trouble[] {
  return problems.map(
    (problem) => before.find(({ service }) => service === problem.service) ?? { ...problem, sinceMs: nowMs },
  );
}

/** What degrades the instance, a line each: the troubles that have lasted. */
export function lastingTroubles(troubles: readonly Trouble[], nowMs: number): readonly string[] {
  return troubles
    .filter(({ sinceMs }) => nowMs - sinceMs >= lastingMs)
    .map(({ service, reason }) => `${service}: ${reason}`);
}
