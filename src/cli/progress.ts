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
