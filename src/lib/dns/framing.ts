/** Messages on a stream have their length before them, in two bytes (RFC 1035 4.2.2). */
export class Framing {
  private pending: Buffer = Buffer.alloc(0);

  /** The messages that a further piece of the stream completes. */
  take(chunk: Buffer): readonly Buffer[] {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    const messages: Buffer[] = [];
    while (this.pending.length >= 2) {
      const end = 2 + this.pending.readUInt16BE(0);
      if (this.pending.length < end) break;
      messages.push(Buffer.from(this.pending.subarray(2, end)));
      this.pending = this.pending.subarray(end);
    }
    return messages;
  }
}

/** A message with its length. @throws RangeError beyond 65535 bytes */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
