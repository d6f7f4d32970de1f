/** Files by path, each with the paths that it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Files of which each leads to every other. */
export interface Tangle {
  readonly files: readonly string[];
  /** One shortest way around: its paths in order, the first one repeated at the end. */
  readonly circle: readonly string[];
}

/** The tangles of a graph; every file is in one at most. */
export function tanglesOf(graph: ImportGraph): readonly Tangle[] {
  return componentsOf(graph).flatMap((files) => {
    const circle = shortestCircle(graph, new Set(files));
    return circle === undefined ? [] : [{ files: [...files].sort(), circle }];
  });
}

/** Strongly connected components, by Tarjan's algorithm. */
function componentsOf(graph: ImportGraph): readonly (readonly string[])[] {
  const components: string[][] = [];
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];

  const visit = (path: string): number => {
    const own = index.size;
    index.set(path, own);
    open.push(path);
    let low = own;
    for (const next of graph.get(path) ?? []) {
      if (!index.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, lowest.get(next) ?? index.get(next) ?? low);
    }
    lowest.set(path, low);
    if (low === own) components.push(open.splice(open.indexOf(path)));
    return low;
  };

  for (const path of graph.keys()) if (!index.has(path)) visit(path);
  return components;
}

function shortestCircle(graph: ImportGraph, files: ReadonlySet<string>): readonly string[] | undefined {
  const circles = [...files].sort().flatMap((start) => {
    const circle = wayBack(graph, files, start);
    return circle === undefined ? [] : [circle];
  });
  return circles.sort((a, b) => a.length - b.length)[0];
}

function wayBack(graph: ImportGraph, files: ReadonlySet<string>, start: string): readonly string[] | undefined {
  const seen = new Set<string>();
  let ways: readonly (readonly string[])[] = [[start]];
  while (ways.length > 0) {
    const longer: string[][] = [];
    for (const way of ways) {
      for (const next of graph.get(way.at(-1) ?? "") ?? []) {
        if (next === start) return [...way, next];
        if (!files.has(next) || seen.has(next)) continue;
        seen.add(next);
        longer.push([...way, next]);
      }
    }
    ways = longer;
  }
  return undefined;
}
