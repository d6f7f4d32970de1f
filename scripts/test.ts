import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAllowedSkips, unlistedSkips } from "./testing/allowed-skips.ts";
import { addCounts, type Counts, noCounts, summaryLine } from "./testing/counts.ts";
import { readJunit } from "./testing/junit.ts";
import { beginCheck, runCheck, runStep, type Step } from "./testing/steps.ts";

// Runs every check and every test of the project; its last line counts them.

const root = join(import.meta.dir, "..");
const bun = process.execPath;
const tool = (name: string) => join(root, "node_modules/.bin", name);

function shellScripts(): readonly string[] {
  const names = [...new Bun.Glob("{scripts,src,test,bench}/**/*.sh").scanSync(root), ".ci/run"];
  return names.sort();
}

const checks: readonly Step[] = [
  { title: "guests: test images", command: [bun, "scripts/build-test-image.ts", "all"] },
  { title: "build: dist/limactl for this machine", command: [bun, "scripts/build-binaries.ts", "--host"] },
  { title: "biome: format and lint", command: [tool("biome"), "check", "."] },
  { title: "tsc: types", command: [tool("tsc"), "--noEmit"] },
  { title: "floors: who imports whom", command: [bun, "scripts/check-floors.ts"] },
  { title: "knip: nothing unused", command: [tool("knip")] },
  { title: "shellcheck: every shell script", command: ["shellcheck", "-x", ...shellScripts()] },
];

/** Takes a minute, most of it to pack the guest agent on one processor, which the unit tests leave free. */
const crossBuild: Step = {
  title: "build: limactl for darwin-arm64",
  command: [bun, "scripts/build-binaries.ts", "--target", "darwin-arm64"],
};

interface Suite {
  readonly title: string;
  /** Folders of tests. */
  readonly folders: readonly string[];
  /** Shows what the tests print, such as which guest they boot. */
  readonly live: boolean;
  readonly timeoutMs: number;
}

function suites(): readonly Suite[] {
  const rooms = readdirSync(join(root, "test"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "e2e" && entry.name !== "support")
    .map((entry) => `./test/${entry.name}`);
  return [
    { title: "tests: unit", folders: rooms, live: false, timeoutMs: 60_000 },
    { title: "tests: with real virtual machines", folders: ["./test/e2e"], live: true, timeoutMs: 900_000 },
  ];
}

/** Runs a suite and reads its own account of it; a run that leaves no account is a failure. */
async function runSuite(
  suite: Suite,
  scratch: string,
): Promise<{ readonly counts: Counts; readonly skips: readonly string[]; readonly failures: readonly string[] }> {
  const report = join(scratch, "junit.xml");
  rmSync(report, { force: true });
  const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
  const command = [
    bun,
    "test",
    `--timeout=${suite.timeoutMs}`,
    ...reporter,
    ...(suite.live ? [] : ["--only-failures"]),
    ...suite.folders,
  ];
  const ended = await runStep({ title: suite.title, command, live: suite.live }, root);
  if (!existsSync(report)) return { counts: { ...noCounts, failed: 1 }, skips: [], failures: [suite.title] };
  const { passed, failed, skipped, skips, failures } = readJunit(readFileSync(report, "utf8"));
  // A crash after the last test, or a file that could not be loaded, fails no test.
  const unaccounted = ended || failed > 0 ? 0 : 1;
  const names = unaccounted === 0 ? failures : [suite.title];
  return { counts: { passed, failed: failed + unaccounted, skipped }, skips, failures: names };
}

async function main(): Promise<number> {
  let counts = noCounts;
  const failed: string[] = [];
  const count = (title: string, result: Counts) => {
    counts = addCounts(counts, result);
    if (result.failed > 0) failed.push(title);
  };
  for (const check of checks) count(check.title, await runCheck(check, root));
  const allowed = readAllowedSkips(readFileSync(join(root, "test/allowed-skips.json"), "utf8"));
  const unlisted: string[] = [];
  const scratch = mkdtempSync(join(tmpdir(), "limabun-test-"));
  try {
    for (const suite of suites()) {
      const beside = suite.live ? undefined : beginCheck(crossBuild, root);
      const result = await runSuite(suite, scratch);
      counts = addCounts(counts, result.counts);
      failed.push(...result.failures);
      if (beside !== undefined) count(crossBuild.title, await beside());
      unlisted.push(...unlistedSkips(result.skips, allowed));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  for (const name of unlisted) console.log(`skipped, but not in test/allowed-skips.json: ${name}`);
  // Once more at the end, where a log that is cut still shows them.
  for (const name of failed) console.log(`failed: ${name}`);
  console.log(summaryLine(counts));
  return counts.failed > 0 || unlisted.length > 0 ? 1 : 0;
}

process.exitCode = await main();
