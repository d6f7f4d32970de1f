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

const titleOf = (step: Step) => `${step.title} `.padEnd(58);

/** Runs a command, saying in one line what it does and how long that took. @returns whether it ended with 0 */
export async function runStep(step: Step, cwd: string): Promise<boolean> {
  process.stdout.write(step.live === true ? `${titleOf(step)}\n` : titleOf(step));
  const result = await run(step, cwd);
  if (step.live === true) process.stdout.write(titleOf(step));
  return tell(result);
}

/** Runs a step as one check. */
export async function runCheck(step: Step, cwd: string): Promise<Counts> {
  return countOf(await runStep(step, cwd));
}

/** Begins a step that runs beside others. @returns waits for its end, and only then says its line */
export function beginCheck(step: Step, cwd: string): () => Promise<Counts> {
  const running = run(step, cwd);
  return async () => {
    const result = await running;
    process.stdout.write(titleOf(step));
    return countOf(tell(result));
  };
}

function countOf(passed: boolean): Counts {
  return passed ? { ...noCounts, passed: 1 } : { ...noCounts, failed: 1 };
}

async function run(step: Step, cwd: string): Promise<Result> {
  const start = performance.now();
  const result = await (step.live === true ? runLive(step.command, cwd) : runQuiet(step.command, cwd));
  return { ...result, seconds: Math.round((performance.now() - start) / 1000) };
}

function tell({ passed, output, seconds }: Result): boolean {
  console.log(`${passed ? "done" : "FAILED"} (${seconds} s)`);
  if (!passed && output !== "") console.log(output.trimEnd());
  return passed;
}

interface Ended {
  readonly passed: boolean;
  readonly output: string;
}

interface Result extends Ended {
  readonly seconds: number;
}

async function runLive(command: readonly string[], cwd: string): Promise<Ended> {
  const child = Bun.spawn([...command], { cwd, stdio: ["ignore", "inherit", "inherit"] });
  return { passed: (await child.exited) === 0, output: "" };
}

/** Keeps the output in a file: a pipe would not end before every process that the command left behind has ended. */
async function runQuiet(command: readonly string[], cwd: string): Promise<Ended> {
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
