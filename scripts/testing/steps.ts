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
  const output = step.live === true ? "inherit" : "pipe";
  const child = Bun.spawn([...step.command], { cwd, stdin: "ignore", stdout: output, stderr: output });
  const texts = [child.stdout, child.stderr].map((stream) => (stream === undefined ? "" : new Response(stream).text()));
  const shown = (await Promise.all(texts)).join("");
  const passed = (await child.exited) === 0;
  const seconds = Math.round((performance.now() - start) / 1000);
  if (step.live === true) process.stdout.write(line);
  console.log(`${passed ? "done" : "FAILED"} (${seconds} s)`);
  if (!passed) console.log(shown.trimEnd());
  return passed;
}

/** Runs a step as one check. */
export async function runCheck(step: Step, cwd: string): Promise<Counts> {
  return (await runStep(step, cwd)) ? { ...noCounts, passed: 1 } : { ...noCounts, failed: 1 };
}
