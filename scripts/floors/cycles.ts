/** Files by path, each with the paths that it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Every import that closes a circle, as the circle's paths with the first one repeated at its end. */
export function cyclesOf(graph: ImportGraph): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];

  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push([...trail.slice(start), path]);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const next of graph.get(path) ?? []) visit(next);
    trail.pop();
    done.add(path);
  };

  for (const path of graph.keys()) visit(path);
  return cycles;
}
