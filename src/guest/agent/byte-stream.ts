/** A connection with the host agent, whatever carries it. */
export interface ByteStream {
  /** What comes, until the connection ends or fails. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Settles when the bytes have been taken; calls do not overlap. @throws Error when the peer is gone */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Like `write`, where nothing need be waited for: what the system does not take at once waits its turn. The memory of
   * both parts is left alone by the caller from now on, so that bulk data need no copy.
   */
  writeNow?(head: Uint8Array, body?: Uint8Array): void;
  /** Ends the connection; may be called more than once. */
  close(): void;
}

/** Something on which the host agent reaches the guest agent. */
export interface Transport {
  /** One connection after the other, or several at a time; ends when the signal is aborted. */
  connections(signal: AbortSignal): AsyncIterable<ByteStream>;
}
