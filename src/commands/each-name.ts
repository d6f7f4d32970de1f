import { UserError } from "../lib/errors.ts";

/** Does the same to each name in turn; what fails is told at the end, and the others are still done. */
export async function forEachName(names: readonly string[], act: (name: string) => Promise<void>): Promise<void> {
  const problems: string[] = [];
  for (const name of names) {
    try {
      await act(name);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}
