/** A semantic version: its numbers, and what follows the first `-` (empty for a release). */
export interface Semver {
  readonly numbers: readonly [number, number, number];
  readonly preRelease: string;
}

/** Reads `X.Y.Z`, `X.Y.Z-PRE` or `X.Y.Z+BUILD`; undefined for anything else. */
export function parseSemver(text: string): Semver | undefined {
  const match = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text);
  if (match === null) return undefined;
  return { numbers: [Number(match[1]), Number(match[2]), Number(match[3])], preRelease: match[4] ?? "" };
}

/** Orders versions: negative when `a` is older; a pre-release is older than its release. */
export function compareSemver(a: Semver, b: Semver): number {
  for (const index of [0, 1, 2] as const)
    if (a.numbers[index] !== b.numbers[index]) return a.numbers[index] - b.numbers[index];
  if (a.preRelease === b.preRelease) return 0;
  if (a.preRelease === "" || b.preRelease === "") return a.preRelease === "" ? 1 : -1;
  const left = a.preRelease.split(".");
  const right = b.preRelease.split(".");
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [one, other] = [left[index], right[index]];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    if (one === other) continue;
    const numeric = /^\d+$/.test(one) && /^\d+$/.test(other);
    return numeric ? Number(one) - Number(other) : one < other ? -1 : 1;
  }
  return 0;
}
