type Triple = readonly [number, number, number];

/**
 * The numbers of a Lima version: a leading `v`, what follows the first `-` or `+`, and a trailing `.m` are dropped.
 * @throws Error `TEXT is not in dotted-tri format`
 */
export function parseLimaVersion(text: string): Triple {
  const core = (text.replace(/^v/, "").split(/[-+]/)[0] ?? "").replace(/\.m$/, "");
  const match = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/.exec(core);
  if (match === null) throw new Error(`${text} is not in dotted-tri format`);
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

function compareTriples(a: Triple, b: Triple): number {
  for (const index of [0, 1, 2] as const) if (a[index] !== b[index]) return a[index] < b[index] ? -1 : 1;
  return 0;
}

function tryParse(text: string): Triple | undefined {
  try {
    return parseLimaVersion(text);
  } catch {
    return undefined;
  }
}

/** Whether a version can be told from newer and older ones; a commit hash cannot, and counts as the newest. */
export function isComparableVersion(text: string): boolean {
  return tryParse(text) !== undefined;
}

/**
 * Orders two Lima versions: negative when `a` is older than `b`. The empty version is oldest, one that cannot be read
 * (a commit hash) newest; `2.0.0-12-gabc` is newer than `2.0.0`, being built after its tag.
 */
export function compareLimaVersions(a: string, b: string): number {
  if (a === "") return b === "" ? 0 : -1;
  const left = tryParse(a);
  if (left === undefined) return 1;
  const right = b.startsWith("v") ? undefined : tryParse(b);
  if (right === undefined) return 1;
  return compareTriples(left, right) || (a.includes("-") ? 1 : 0);
}
