import type { Run, World } from "../../support/limactl.ts";

/** What limactl said: its exit code, stdout, and the fatal record's message. */
export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly fatal: string | undefined;
}

function answer(run: Run): Answer {
  const [, bare, quoted] = /level=fatal msg=(?:([^" ]+)|("(?:[^"\\]|\\.)*"))/.exec(run.stderr) ?? [];
  return { code: run.code, stdout: run.stdout, fatal: bare ?? (quoted === undefined ? undefined : unquote(quoted)) };
}

/** Undoes Go's double quotes, whose escapes for bytes are not JSON's. */
function unquote(text: string): string {
  return JSON.parse(text.replaceAll("\\x", "\\u00"));
}

/** Runs many command lines, a few at a time. @returns the answers in the order of the lines */
export async function askAll(world: World, lines: readonly (readonly string[])[]): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const open = lines.entries();
  const worker = async () => {
    for (const [index, line] of open) answers[index] = answer(await world.limactl(line));
  };
  await Promise.all([worker(), worker(), worker()]);
  return answers;
}
