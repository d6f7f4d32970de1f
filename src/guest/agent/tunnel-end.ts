/** One end of a tunnel in the guest. */
export interface TunnelEnd {
  /** Sends bytes on (a datagram, for UDP). */
  send(bytes: Uint8Array): void;
  /** Nothing more will be sent; what comes from the guest's program still does. */
  shut(): void;
  /** Holds back or lets flow what comes from the guest's program. UDP cannot be held back. */
  setFlowing(flowing: boolean): void;
  /** Ends the connection when what was sent has gone out; may be called more than once. */
  close(): void;
  /** Breaks the connection off, as its program sees. */
  reset(): void;
}

/** What a tunnel tells. Nothing is told after `onClose`, nor after `close` or `reset` was called. */
export interface TunnelEvents {
  onConnect(): void;
  onData(bytes: Uint8Array): void;
  /** The guest's program sends nothing more; it may still take. */
  onShut(): void;
  /** Bytes given to `send` have been taken. */
  onSent(count: number): void;
  /** @param error empty when both directions have ended well */
  onClose(error: string): void;
}
