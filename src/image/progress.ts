/** Somebody who watches one transfer. */
export interface TransferProgress extends Disposable {
  /** @param done bytes so far, from the start of the whole transfer */
  update(done: number): void;
  /** Ends the display; idempotent, also called by `using`. */
  finish(): void;
}

/**
 * Told that a transfer begins.
 * @param label what is transferred, e.g. `the image (debian.qcow2)`
 * @param totalBytes undefined when the server did not tell
 */
export type WatchTransfer = (label: string, totalBytes: number | undefined) => TransferProgress;
