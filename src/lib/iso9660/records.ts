import { putBoth16, putBoth32, putLatin1 } from "./fields.ts";

/** One entry of a directory. */
export interface DirectoryRecord {
  /** Identifier, a character a byte; `\0` for the directory itself, `\x01` for its parent. */
  readonly identifier: string;
  /** Whether Rock Ridge entries follow. */
  readonly rockRidge: boolean;
  /** Rock Ridge name, UTF-8; undefined for the two entries above. */
  readonly name?: Uint8Array | undefined;
  readonly directory: boolean;
  /** Type and permission bits of stat(2). */
  readonly mode: number;
  readonly links: number;
  /** Unique number of the file or directory. */
  readonly serial: number;
  /** First sector. */
  readonly sector: number;
  readonly size: number;
  /** From `recordDate`. */
  readonly date: Uint8Array;
  /** Whether this is the root's entry for itself, which announces the extensions in use. */
  readonly root: boolean;
}

const extensionId = "IEEE_P1282";
const posixBytes = 44;
const timeBytes = 26;
const announceBytes = 7;
const referenceBytes = 8 + extensionId.length;

/** Bytes of a record up to its Rock Ridge entries, which begin at an even place. */
function fixedLength(identifier: string): number {
  return 33 + identifier.length + ((identifier.length + 1) % 2);
}

/** Bytes of the record that `putRecord` writes; they do not depend on place or size. */
export function recordLength({
  identifier,
  rockRidge,
  name,
  root,
}: Pick<DirectoryRecord, "identifier" | "rockRidge" | "name" | "root">): number {
  if (!rockRidge) return fixedLength(identifier);
  const system =
    posixBytes + timeBytes + (name === undefined ? 0 : 5 + name.length) + (root ? announceBytes + referenceBytes : 0);
  return fixedLength(identifier) + system + (system % 2);
}

/**
 * Writes a directory record (ECMA-119 9.1), with its Rock Ridge 1.12 entries (PX, TF, NM; on the root SP and ER) if it has.
 * @param view a view of all of `bytes`, which are zero at that place
 */
export function putRecord(bytes: Uint8Array, view: DataView, at: number, record: DirectoryRecord): void {
  const { identifier, name, date } = record;
  bytes[at] = recordLength(record);
  putBoth32(view, at + 2, record.sector);
  putBoth32(view, at + 10, record.size);
  bytes.set(date, at + 18);
  bytes[at + 25] = record.directory ? 2 : 0;
  putBoth16(view, at + 28, 1);
  bytes[at + 32] = identifier.length;
  putLatin1(bytes, at + 33, identifier);
  if (!record.rockRidge) return;

  let next = at + fixedLength(identifier);
  const entry = (signature: string, length: number): number => {
    const place = next;
    putLatin1(bytes, place, signature);
    bytes[place + 2] = length;
    bytes[place + 3] = 1;
    next += length;
    return place + 4;
  };
  if (record.root) {
    // SUSP 5.3: must be the first entry of the root's own record.
    const announce = entry("SP", announceBytes);
    bytes[announce] = 0xbe;
    bytes[announce + 1] = 0xef;
  }
  // RRIP 4.1.1: mode, links, user 0, group 0, serial number.
  const posix = entry("PX", posixBytes);
  putBoth32(view, posix, record.mode);
  putBoth32(view, posix + 8, record.links);
  putBoth32(view, posix + 32, record.serial);
  // RRIP 4.1.6: modification, access and attribute change.
  const times = entry("TF", timeBytes);
  bytes[times] = 0b1110;
  for (let i = 0; i < 3; i += 1) bytes.set(date, times + 1 + 7 * i);
  // RRIP 4.1.4.
  if (name !== undefined) bytes.set(name, entry("NM", 5 + name.length) + 1);
  if (record.root) {
    // SUSP 5.5, with the identifier of RRIP 4.3; the texts for people are left empty.
    const reference = entry("ER", referenceBytes);
    bytes[reference] = extensionId.length;
    bytes[reference + 3] = 1;
    putLatin1(bytes, reference + 4, extensionId);
  }
}
