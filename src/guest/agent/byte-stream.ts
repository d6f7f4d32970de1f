/** A connection with the host agent, whatever carries it. */
export interface ByteStream {
  /** What comes, until the connection ends or fails. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Settles when the bytes have been taken; calls do not overlap. @throws Error when the peer is gone */
  write(bytes: Uint8Array): Promise<void>;
  /** Like `write`, where nothing need be waited for: what the system does not take at once is copied and sent in its turn. */
  writeNow?(bytes: Uint8Array): void;
  /** Ends the connection; may be called more than once. */
  close(): void;
}

/** Something on which the host agent reaches the guest agent. */
export interface Transport {
  /** One connection after the other, or several at a time; ends when the signal is aborted. */
  connections(signal: AbortSignal): AsyncIterable<ByteStream>;
}
