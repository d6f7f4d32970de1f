import type { Stats } from "node:fs";
import { field, type Reader } from "./wire.ts";

/** What a client sets of a file: what is absent stays. */
export interface Attributes {
  readonly size?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly mode?: number;
  /** Seconds since 1970. */
  readonly times?: { readonly access: number; readonly change: number };
}

const has = { size: 1, owner: 2, mode: 4, times: 8, extended: 0x80000000 } as const;

/** Reads the ATTRS of draft-ietf-secsh-filexfer-02, section 5. @throws BadMessage */
export function readAttributes(reader: Reader): Attributes {
  const flags = reader.uint32();
  const size = flags & has.size ? { size: reader.uint64() } : {};
  const owner = flags & has.owner ? { owner: { uid: reader.uint32(), gid: reader.uint32() } } : {};
  const mode = flags & has.mode ? { mode: reader.uint32() & 0o7777 } : {};
  const times = flags & has.times ? { times: { access: reader.uint32(), change: reader.uint32() } } : {};
  if (flags & has.extended) for (let left = reader.uint32(); left > 0; left -= 1) [reader.bytesOf(), reader.bytesOf()];
  return { ...size, ...owner, ...mode, ...times };
}

/** A file's attributes as ATTRS. */
export function writeAttributes({ size, uid, gid, mode, atimeMs, mtimeMs }: Stats): Buffer {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32BE(has.size | has.owner | has.mode | has.times, 0);
  bytes.writeBigUInt64BE(BigInt(size), 4);
  for (const [index, value] of [uid, gid, mode, Math.floor(atimeMs / 1000), Math.floor(mtimeMs / 1000)].entries())
    bytes.writeUInt32BE(value >>> 0, 12 + index * 4);
  return bytes;
}

/** ATTRS that say nothing. */
export const noAttributes: Buffer = field.uint32(0);
