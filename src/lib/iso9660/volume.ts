import { padded, putBoth16, putBoth32, putLatin1, ucs2, volumeDate } from "./fields.ts";

/** Bytes of a sector (logical block). */
export const sectorBytes = 2048;

/** What the primary volume descriptor tells. */
export interface Volume {
  readonly label: string;
  readonly time: Date;
  /** Size of the whole volume. */
  readonly sectors: number;
  readonly pathTable: { readonly size: number; readonly littleSector: number; readonly bigSector: number };
  /** The root's directory record, 34 bytes. */
  readonly rootRecord: Uint8Array;
  /** Kept in the part of the descriptor that is free for applications, at most 512 bytes. */
  readonly applicationUse: string;
}

/** Where `applicationUse` is in the descriptor's sector (ECMA-119 8.4.32). */
export const applicationUseOffset = 883;

/** The primary volume descriptor (ECMA-119 8.4). */
export function primaryDescriptor(volume: Volume): Uint8Array {
  const bytes = new Uint8Array(sectorBytes);
  const view = new DataView(bytes.buffer);
  bytes[0] = 1;
  putLatin1(bytes, 1, "CD001");
  bytes[6] = 1;
  bytes.set(padded("", 32), 8);
  bytes.set(padded(volume.label, 32), 40);
  putBoth32(view, 80, volume.sectors);
  putBoth16(view, 120, 1);
  putBoth16(view, 124, 1);
  putBoth16(view, 128, sectorBytes);
  putBoth32(view, 132, volume.pathTable.size);
  view.setUint32(140, volume.pathTable.littleSector, true);
  view.setUint32(148, volume.pathTable.bigSector, false);
  bytes.set(volume.rootRecord.subarray(0, 34), 156);
  // Set, publisher, preparer, application, and the three file identifiers.
  bytes.set(padded("", 623), 190);
  bytes.set(padded("LIMABUN", 128), 446);
  putLatin1(bytes, 813, volumeDate(volume.time));
  putLatin1(bytes, 830, volumeDate(volume.time));
  putLatin1(bytes, 847, `${"0".repeat(16)}\0`);
  putLatin1(bytes, 864, `${"0".repeat(16)}\0`);
  bytes[881] = 1;
  putLatin1(bytes, applicationUseOffset, volume.applicationUse.slice(0, 512));
  return bytes;
}

/**
 * The supplementary descriptor of a Joliet volume: that of the primary, with the names in UCS-2 of level 3, which the
 * escape sequence `%/E` announces (Joliet specification, ECMA-119 8.5).
 */
export function jolietDescriptor(volume: Volume): Uint8Array {
  const bytes = primaryDescriptor({ ...volume, applicationUse: "" });
  bytes[0] = 2;
  const put = (at: number, length: number, text: string) => {
    for (let i = 0; i < length; i += 1) bytes[at + i] = 0;
    putLatin1(bytes, at, ucs2(text.padEnd(length / 2)).slice(0, length));
  };
  put(8, 32, "");
  put(40, 32, volume.label);
  putLatin1(bytes, 88, "%/E");
  for (const at of [190, 318, 446, 574]) put(at, 128, "");
  // Three identifiers of 37 bytes each, of which the last byte stays 0.
  for (const at of [702, 739, 776]) put(at, 36, "");
  for (const at of [738, 775, 812]) bytes[at] = 0;
  return bytes;
}

/** The descriptor that ends the set (ECMA-119 8.3). */
export function setTerminator(): Uint8Array {
  const bytes = new Uint8Array(sectorBytes);
  bytes[0] = 255;
  putLatin1(bytes, 1, "CD001");
  bytes[6] = 1;
  return bytes;
}

/** A directory as the path tables list it. */
export interface PathTableEntry {
  readonly identifier: string;
  readonly sector: number;
  /** Number of the parent in the table, from 1. */
  readonly parent: number;
}

/** A path table (ECMA-119 9.4), which exists once in each byte order. */
export function pathTable(entries: readonly PathTableEntry[], littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(pathTableSize(entries));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { identifier, sector, parent } of entries) {
    bytes[at] = identifier.length;
    view.setUint32(at + 2, sector, littleEndian);
    view.setUint16(at + 6, parent, littleEndian);
    putLatin1(bytes, at + 8, identifier);
    at += 8 + identifier.length + (identifier.length % 2);
  }
  return bytes;
}

/** Bytes of a path table. */
export function pathTableSize(entries: readonly Pick<PathTableEntry, "identifier">[]): number {
  return entries.reduce((sum, { identifier }) => sum + 8 + identifier.length + (identifier.length % 2), 0);
}
