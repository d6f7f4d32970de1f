/** How long one part of a start took. */
export interface PhaseTime {
  readonly name: string;
  readonly milliseconds: number;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)}s`;
}

/** What a start ends with: `Started in 7.9s: preparation 0.2s, QEMU up 0.4s, ...`. */
export function startTimesText(phases: readonly PhaseTime[]): string {
  const total = phases.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return `Started in ${seconds(total)}: ${phases.map(({ name, milliseconds }) => `${name} ${seconds(milliseconds)}`).join(", ")}`;
}
