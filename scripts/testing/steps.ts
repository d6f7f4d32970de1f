import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Counts, noCounts } from "./counts.ts";

/** A part of the run: a command that passes by ending with 0. */
export interface Step {
  /** What it does, in a few words. */
  readonly title: string;
  readonly command: readonly string[];
  /** Lets the command's output through as it comes, instead of showing it on failure only. @default false */
  readonly live?: boolean;
}

/** Runs a command, saying in one line what it does and how long that took. @returns whether it ended with 0 */
export async function runStep(step: Step, cwd: string): Promise<boolean> {
  const start = performance.now();
  const line = `${step.title} `.padEnd(58);
  process.stdout.write(step.live === true ? `${line}\n` : line);
  const result = step.live === true ? await runLive(step.command, cwd) : await runQuiet(step.command, cwd);
  if (step.live === true) process.stdout.write(line);
  console.log(`${result.passed ? "done" : "FAILED"} (${Math.round((performance.now() - start) / 1000)} s)`);
  if (!result.passed && result.output !== "") console.log(result.output.trimEnd());
  return result.passed;
}

/** Runs a step as one check. */
export async function runCheck(step: Step, cwd: string): Promise<Counts> {
  return (await runStep(step, cwd)) ? { ...noCounts, passed: 1 } : { ...noCounts, failed: 1 };
}

interface Result {
  readonly passed: boolean;
  readonly output: string;
}

async function runLive(command: readonly string[], cwd: string): Promise<Result> {
  const child = Bun.spawn([...command], { cwd, stdio: ["ignore", "inherit", "inherit"] });
  return { passed: (await child.exited) === 0, output: "" };
}

/** Keeps the output in a file: a pipe would not end before every process that the command left behind has ended. */
async function runQuiet(command: readonly string[], cwd: string): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "limabun-step-"));
  const path = join(folder, "output");
  const fd = openSync(path, "a");
  try {
    const child = Bun.spawn([...command], { cwd, stdio: ["ignore", fd, fd] });
    return { passed: (await child.exited) === 0, output: readFileSync(path, "utf8") };
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  }
}
