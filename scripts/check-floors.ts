import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { tanglesOf } from "./floors/cycles.ts";
import { effectsOf } from "./floors/effects.ts";
import { importsOf } from "./floors/imports.ts";
import { mustBePure, roomOf, rooms } from "./floors/rooms.ts";

/** Source texts by path below `src/`, with `/`. */
export type Sources = ReadonlyMap<string, string>;

/**
 * Holds sources against the floor plan: who may import whom, no circles, no effects where decisions are made.
 * @returns one line for each violation
 */
export function checkFloors(sources: Sources): readonly string[] {
  const graph = new Map([...sources].map(([path, text]) => [path, importedFiles(path, text)] as const));
  const problems: string[] = [];
  for (const [path, imported] of graph) {
    const room = roomOf(path);
    if (room === undefined) {
      problems.push(`src/${path}: is in no room of scripts/floors/rooms.ts`);
      continue;
    }
    const allowed = rooms[room] ?? [];
    for (const target of imported) {
      const other = roomOf(target);
      if (other === undefined || other === room || allowed.includes(other)) continue;
      problems.push(`src/${path}: ${room} may not import ${other} (src/${target})`);
    }
  }
  for (const { files, circle } of tanglesOf(graph)) {
    const way = circle.map((path) => `src/${path}`).join(" -> ");
    problems.push(`circle: ${way}${files.length >= circle.length ? ` (in a tangle of ${files.length} files)` : ""}`);
  }
  for (const [path, text] of sources) {
    if (!mustBePure(path)) continue;
    for (const effect of effectsOf(text)) problems.push(`src/${path}: decides, and so must not use ${effect}`);
  }
  return problems;
}

function importedFiles(path: string, text: string): readonly string[] {
  const relative = importsOf(text).filter((specifier) => specifier.startsWith("."));
  return relative.map((specifier) => posix.join(dirname(path), specifier)).filter((target) => !target.startsWith(".."));
}

/** The TypeScript sources below a folder. */
export function readSources(folder: string): Sources {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  const paths = names.map((name) => name.replaceAll("\\", "/")).filter((name) => name.endsWith(".ts"));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

if (import.meta.main) {
  const sources = readSources(join(import.meta.dir, "../src"));
  const problems = checkFloors(sources);
  for (const problem of problems) console.error(problem);
  console.log(`floors: ${sources.size} files, ${problems.length} violations`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
