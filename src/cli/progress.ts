/** One transfer that is under way. */
export interface Progress extends Disposable {
  /** @param done bytes so far, from the start of the whole transfer */
  update(done: number): void;
  /** Removes the bar or ends it; idempotent, also called by `using`. */
  finish(): void;
}

/**
 * Starts to show a transfer.
 * @param label what is transferred, e.g. a file's name
 * @param totalBytes undefined when the server did not tell
 */
export type ProgressFactory = (label: string, totalBytes: number | undefined) => Progress;

/** What the program is busy with, shown with the time since it began. */
export interface Phase extends Disposable {
  /** Begins the next phase; the time starts anew. */
  next(label: string): void;
  /** Takes the line away; idempotent, also called by `using`. */
  finish(): void;
}

/** Starts to show phases; where stderr is no terminal nothing is shown. */
export type PhaseFactory = (label: string) => Phase;
