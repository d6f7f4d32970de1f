/** What a message holds cannot be read. */
export class BadMessage extends Error {}

/** Reads the fields of a message in turn; each throws BadMessage beyond its end. */
export class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  byte(): number {
    return this.bytes.readUInt8(this.skip(1));
  }

  uint32(): number {
    return this.bytes.readUInt32BE(this.skip(4));
  }

  /** A number of bytes or an offset; beyond 2^53 there are none. */
  uint64(): number {
    const value = this.bytes.readBigUInt64BE(this.skip(8));
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new BadMessage("number too large");
    return Number(value);
  }

  bytesOf(): Buffer {
    const length = this.uint32();
    const start = this.skip(length);
    return this.bytes.subarray(start, start + length);
  }

  text(): string {
    return this.bytesOf().toString("utf8");
  }

  private skip(length: number): number {
    const start = this.at;
    if (start + length > this.bytes.length) throw new BadMessage("message too short");
    this.at = start + length;
    return start;
  }
}

/** The parts of a message to be written. */
export const field = {
  byte: (value: number) => Buffer.from([value]),
  uint32: (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value >>> 0);
    return bytes;
  },
  uint64: (value: number | bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value)));
    return bytes;
  },
  text: (value: string | Buffer) => {
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    return Buffer.concat([field.uint32(bytes.length), bytes]);
  },
} as const;
