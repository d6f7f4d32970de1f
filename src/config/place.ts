/** Where something stands in a text; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** The file that it stands in, where a text is put together from several. */
  readonly file?: string;
}

/** `a.b[2].c` without its last step: `a.b[2]`; undefined for a single step. */
function parentOf(path: string): string | undefined {
  const cut = Math.max(path.lastIndexOf("."), path.lastIndexOf("["));
  return cut <= 0 ? undefined : path.slice(0, cut);
}

/** The place of a field, or of the nearest thing around it. */
export function placeNear(places: ReadonlyMap<string, Place> | undefined, path: string): Place | undefined {
  for (let at: string | undefined = path; at !== undefined; at = parentOf(at)) {
    const place = places?.get(at);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** Offsets of the line starts of `text`. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The place of `offset` in a text whose lines start at `starts`. */
export function placeAt(starts: readonly number[], offset: number): Place {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}
