import { latin1, putBoth16, putBoth32, recordDate } from "./fields.ts";

/** One entry of a directory. */
export interface DirectoryRecord {
  /** Primary identifier; `\0` for the directory itself, `\x01` for its parent. */
  readonly identifier: string;
  /** Rock Ridge name; undefined for the two entries above. */
  readonly name?: string | undefined;
  readonly directory: boolean;
  /** Type and permission bits of stat(2). */
  readonly mode: number;
  readonly links: number;
  /** Unique number of the file or directory. */
  readonly serial: number;
  /** First sector. */
  readonly sector: number;
  readonly size: number;
  readonly time: Date;
  /** Whether this is the root's entry for itself, which announces the extensions in use. */
  readonly root: boolean;
}

/** Encodes a directory record (ECMA-119 9.1) with its Rock Ridge 1.12 entries (PX, TF, NM; on the root SP and ER). */
export function encodeRecord(record: DirectoryRecord): Uint8Array {
  const identifier = latin1(record.identifier);
  const fixed = 33 + identifier.length + ((identifier.length + 1) % 2);
  const system = systemUse(record);
  const length = fixed + system.length + (system.length % 2);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  bytes[0] = length;
  putBoth32(view, 2, record.sector);
  putBoth32(view, 10, record.size);
  bytes.set(recordDate(record.time), 18);
  bytes[25] = record.directory ? 2 : 0;
  putBoth16(view, 28, 1);
  bytes[32] = identifier.length;
  bytes.set(identifier, 33);
  bytes.set(system, fixed);
  return bytes;
}

/** Length of the record that `encodeRecord` makes, which does not depend on place or size. */
export function recordLength(record: Pick<DirectoryRecord, "identifier" | "name" | "root">): number {
  const blank = { directory: false, mode: 0, links: 1, serial: 0, sector: 0, size: 0, time: new Date(0) };
  return encodeRecord({ ...blank, ...record }).length;
}

function systemUse(record: DirectoryRecord): Uint8Array {
  const parts: Uint8Array[] = [];
  // SUSP 5.3: must be the first entry of the root's own record.
  if (record.root) parts.push(Uint8Array.of(0x53, 0x50, 7, 1, 0xbe, 0xef, 0));
  parts.push(posixAttributes(record), timestamps(record.time));
  if (record.name !== undefined) parts.push(alternateName(record.name));
  if (record.root) parts.push(extensionReference());
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** RRIP 4.1.1: mode, links, user 0, group 0, serial number. */
function posixAttributes(record: DirectoryRecord): Uint8Array {
  const bytes = new Uint8Array(44);
  const view = new DataView(bytes.buffer);
  bytes.set([0x50, 0x58, 44, 1]);
  putBoth32(view, 4, record.mode);
  putBoth32(view, 12, record.links);
  putBoth32(view, 36, record.serial);
  return bytes;
}

/** RRIP 4.1.6: modification, access and attribute change. */
function timestamps(time: Date): Uint8Array {
  const date = recordDate(time);
  return Uint8Array.from([0x54, 0x46, 26, 1, 0b1110, ...date, ...date, ...date]);
}

/** RRIP 4.1.4. */
function alternateName(name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  return Uint8Array.from([0x4e, 0x4d, 5 + text.length, 1, 0, ...text]);
}

/** SUSP 5.5, with the identifier of RRIP 4.3; the texts for people are left empty. */
function extensionReference(): Uint8Array {
  const id = latin1("IEEE_P1282");
  return Uint8Array.from([0x45, 0x52, 8 + id.length, 1, id.length, 0, 0, 1, ...id]);
}
