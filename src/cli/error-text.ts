import { type Notice, systemErrorText, UserError } from "../lib/errors.ts";

/** What the final record of a failed command says, and whether it is the program's own fault. */
export interface Failure {
  readonly message: string;
  /** Neither a user's error nor the system's: its stack helps. */
  readonly bug: boolean;
  /** What was noticed before, and is told ahead of it. */
  readonly noticed: readonly Notice[];
}

/** What an error and those that caused it know of. */
function noticedBefore(error: unknown): readonly Notice[] {
  if (!(error instanceof Error)) return [];
  return [...noticedBefore(error.cause), ...(error instanceof UserError ? error.noticed : [])];
}

/** Words a thrown value for the user. Joined errors are told one per line. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof AggregateError) {
    const parts = error.errors.map(describeFailure);
    return {
      message: parts.map((part) => part.message).join("\n"),
      bug: parts.some((part) => part.bug),
      noticed: parts.flatMap((part) => part.noticed),
    };
  }
  return { ...words(error), noticed: noticedBefore(error) };
}

function words(error: unknown): Omit<Failure, "noticed"> {
  if (error instanceof UserError) return { message: error.message, bug: false };
  if (!(error instanceof Error)) return { message: String(error), bug: true };
  const system = systemErrorText(error);
  if (system !== undefined) return { message: system, bug: false };
  return { message: error.message === "" ? error.name : error.message, bug: true };
}
