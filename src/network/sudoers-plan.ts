import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";

/** What was found of a sudoers file. */
export interface SudoersFacts {
  readonly file: string;
  /** Undefined when there is no such file. */
  readonly text: string | undefined;
  /** What kept `sudo` from running without a password; undefined when it does. Asked only where there is no file. */
  readonly passwordProblem: string | undefined;
}

/**
 * Judges a sudoers file by what it should hold.
 * @param self the command that calls this program, for the remedy
 * @throws UserError for a file that is out of date, and for a missing one unless sudo asks for no password anyway
 */
export function checkSudoers(facts: SudoersFacts, expected: string, self: string): void {
  const { file, text } = facts;
  const hint = `(Hint: run \`${self} sudoers >etc_sudoers.d_lima && sudo install -o root etc_sudoers.d_lima ${JSON.stringify(file)}\`)`;
  if (text === undefined) {
    if (facts.passwordProblem === undefined) return;
    throw new UserError(`can't read ${quote(file)}: ${facts.passwordProblem}: ${hint}`);
  }
  if (text === expected) return;
  throw new UserError(`sudoers file ${quote(file)} is out of sync and must be regenerated ${hint}`);
}
