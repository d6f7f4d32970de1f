/** One comparison: what is measured against what, and how far it may be off. */
export interface Comparison {
  readonly name: string;
  /** What the other side is. */
  readonly baseline: string;
  /** Milliseconds, one a run. */
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** Highest median of the pairs' ratios that is within the budget. */
  readonly budget: number;
}

/** A figure with a limit of its own, where there is nothing to compare it with. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly budget: number;
}

export type Result = ({ readonly kind: "comparison" } & Comparison) | ({ readonly kind: "figure" } & Figure);

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + high) / 2 : high;
}

/** Runs both sides in turn, the order changing from pair to pair, so that a slow moment of the machine hits both. */
export async function pairs(
  count: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<{ readonly ours: number[]; readonly theirs: number[] }> {
  const results = { ours: [] as number[], theirs: [] as number[] };
  for (let pair = 0; pair < count; pair += 1) {
    const order = pair % 2 === 0 ? (["ours", "theirs"] as const) : (["theirs", "ours"] as const);
    for (const side of order) results[side].push(await (side === "ours" ? ours() : theirs()));
  }
  return results;
}

/** Milliseconds that a function takes. */
export async function time(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Milliseconds that a command takes from exec to exit. @throws Error when it fails */
export async function timeCommand(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = "/",
): Promise<number> {
  const start = performance.now();
  const child = Bun.spawn([...command], { env: { ...env }, cwd, stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  const code = await child.exited;
  const taken = performance.now() - start;
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}`);
  return taken;
}

const columns = ["what", "limabun", "baseline", "ratio", "budget", ""] as const;

/** The results as a table for people. */
export function resultTable(results: readonly Result[]): string {
  const rows: (readonly string[])[] = [columns, ...results.map(row)];
  const widths = columns.map((_, index) => Math.max(...rows.map((each) => (each[index] ?? "").length)));
  return rows
    .map(
      (each) =>
        `${each
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** Whether a result keeps its budget. */
export function withinBudget(result: Result): boolean {
  return (result.kind === "comparison" ? ratio(result) : result.value) <= result.budget;
}

function row(result: Result): readonly string[] {
  const verdict = withinBudget(result) ? "ok" : "OVER BUDGET";
  if (result.kind === "figure") {
    return [
      result.name,
      `${result.value.toFixed(2)} ${result.unit}`,
      "",
      "",
      `${result.budget} ${result.unit}`,
      verdict,
    ];
  }
  const [ours, theirs] = [median(result.ours), median(result.theirs)];
  return [
    result.name,
    `${ours.toFixed(1)} ms`,
    `${theirs.toFixed(1)} ms (${result.baseline}; difference ${(ours - theirs).toFixed(1)} ms)`,
    `${ratio(result).toFixed(2)}x`,
    `${result.budget}x`,
    verdict,
  ];
}

/** Both of a pair ran in the same moment, so what slowed one slowed the other. */
function ratio({ ours, theirs }: Comparison): number {
  return median(ours.map((value, pair) => value / (theirs[pair] ?? Number.NaN)));
}
