/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The names most like `name`, best first: those that share its beginning or are a few typing mistakes away. */
export function nearestNames(name: string, names: Iterable<string>, limit = 3): readonly string[] {
  const wanted = name.toLowerCase().slice(0, 64);
  const scored: { readonly name: string; readonly score: number }[] = [];
  for (const candidate of names) {
    const text = candidate.toLowerCase();
    const base = text.slice(text.lastIndexOf("/") + 1);
    let score = Math.min(distance(wanted, text), distance(wanted, base) + 0.5);
    if (wanted.length >= 3 && (base.startsWith(wanted) || wanted.startsWith(base))) score = Math.min(score, 1.5);
    if (score <= Math.max(1, wanted.length / 3)) scored.push({ name: candidate, score });
  }
  scored.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1));
  return scored.slice(0, limit).map((item) => item.name);
}
