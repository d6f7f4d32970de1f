/**
 * Refreshes the addresses and digests of the shipped image templates from the index pages of their distributions:
 *
 *   bun scripts/update-templates.ts [--check] [--via URL] [--root DIRECTORY] DISTRIBUTION...
 *
 * `all` stands for every distribution. `--check` writes nothing and exits with 1 when something is out of date. `--via`
 * reads every page through a mirror: `https://HOST/PATH` becomes `URL/HOST/PATH`. Besides the templates, their record
 * for the tests (test/templates/images.tsv) is rewritten.
 */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../src/lib/files.ts";
import { type Distribution, distributions } from "./update-templates/distributions.ts";
import type { ReadPage } from "./update-templates/newest.ts";
import { applyChanges, type Change, findChanges } from "./update-templates/refresh.ts";

const { values: options, positionals } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    via: { type: "string" },
    root: { type: "string", default: join(import.meta.dir, "..") },
  },
  allowPositionals: true,
});

const pageTimeoutMs = 60_000;

/** Reads pages over the network, each once. */
function pageReader(via: string | undefined): ReadPage {
  const pages = new Map<string, Promise<string | undefined>>();
  const read = async (url: string): Promise<string | undefined> => {
    const address = via === undefined ? url : `${via.replace(/\/$/, "")}/${url.replace(/^https?:\/\//, "")}`;
    const response = await fetch(address, { signal: AbortSignal.timeout(pageTimeoutMs) });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`${url}: the server answered with status ${response.status}`);
    return response.text();
  };
  return (url) => {
    const page = pages.get(url) ?? read(url);
    pages.set(url, page);
    return page;
  };
}

function chosen(names: readonly string[]): readonly Distribution[] {
  const known = distributions.map(({ name }) => name);
  const unknown = names.filter((name) => name !== "all" && !known.includes(name));
  if (names.length === 0 || unknown.length > 0) {
    console.error(`usage: update-templates.ts [--check] [--via URL] [--root DIRECTORY] DISTRIBUTION...`);
    console.error(`distributions: all ${known.join(" ")}`);
    process.exit(2);
  }
  return names.includes("all") ? distributions : distributions.filter(({ name }) => names.includes(name));
}

function rewrite(path: string, changes: readonly Change[]): void {
  const text = readFileSync(path, "utf8");
  const updated = applyChanges(text, changes);
  if (updated !== text) writeFileAtomic(path, updated);
}

const folder = join(options.root, "templates/_images");
const readPage = pageReader(options.via);
const changes: Change[] = [];
let problems = 0;
for (const distribution of chosen(positionals)) {
  for (const file of readdirSync(folder).sort()) {
    const path = join(folder, file);
    const name = file.replace(/\.yaml$/, "");
    if (!distribution.templates.test(name) || lstatSync(path).isSymbolicLink()) continue;
    const refreshed = await findChanges(name, readFileSync(path, "utf8"), distribution, readPage);
    for (const { from, to } of refreshed.changes) {
      console.log(`${name}: ${from.location}\n  -> ${to.location} (${to.digest})`);
    }
    for (const problem of refreshed.problems) console.error(problem);
    problems += refreshed.problems.length;
    changes.push(...refreshed.changes);
    if (!options.check) rewrite(path, refreshed.changes);
  }
}
if (!options.check) rewrite(join(options.root, "test/templates/images.tsv"), changes);
console.log(
  `${changes.length} images ${options.check ? "are out of date" : "updated"}, ${problems} could not be looked up`,
);
process.exitCode = problems > 0 || (options.check && changes.length > 0) ? 1 : 0;
