import { createHash } from "node:crypto";
import { type DirectoryRecord, encodeRecord, recordLength } from "./records.ts";
import { buildTree, type DirectoryNode, directoriesByLevel, type FileNode, type IsoEntry } from "./tree.ts";
import { pathTable, pathTableSize, primaryDescriptor, sectorBytes, setTerminator } from "./volume.ts";

/** A file whose bytes are at hand. */
export interface SmallEntry extends IsoEntry {
  readonly bytes: Uint8Array;
}

/** A file that is copied from the host's disk; `stamp` changes whenever its bytes may have. */
export interface LargeEntry extends IsoEntry {
  readonly source: string;
  readonly stamp: string;
}

/** Where a large file's bytes go. */
export interface Copy {
  readonly source: string;
  /** Byte offset in the image. */
  readonly offset: number;
  readonly size: number;
}

/** An image, decided to the byte but for the large files. */
export interface IsoLayout {
  /** The image's beginning: descriptors, path tables, directories, small files. */
  readonly head: Uint8Array;
  readonly copies: readonly Copy[];
  readonly totalBytes: number;
  /** Digest of the large files' stamps and places; it is in the image too, so that an image can be compared with a plan. */
  readonly copiesStamp: string;
}

/** Large files begin at a multiple of this, so that they stay where they are while small files change a little. */
const largeAlignment = 512;
const maximumFileBytes = 0xffff_ffff;
const regularFile = 0o100000;
const directoryFile = 0o040000;

/** Decides where everything of an image goes: an ISO 9660 level 1 volume with Rock Ridge 1.12 names and modes.
 * @param label volume identifier, kept as it is
 * @param time time of every entry and of the volume
 */
export function planIso(
  entries: readonly (SmallEntry | LargeEntry)[],
  options: { readonly label: string; readonly time: Date },
): IsoLayout {
  const root = buildTree(entries);
  const directories = directoriesByLevel(root);
  const sectors = new Map<object, number>();
  const tableBytes = pathTableSize(directories);
  const tableSectors = sectorsOf(tableBytes);
  const littleSector = 18;
  const bigSector = littleSector + tableSectors;
  let next = bigSector + tableSectors;
  for (const directory of directories) {
    sectors.set(directory, next);
    next += directorySectors(directory);
  }
  const small = entries.filter((entry) => "bytes" in entry);
  const large = entries.filter((entry) => "source" in entry);
  for (const entry of small) {
    sectors.set(entry, next);
    next += sectorsOf(entry.size);
  }
  const headSectors = next;
  if (large.length > 0) next = Math.ceil(next / largeAlignment) * largeAlignment;
  const copies = large.map((entry): Copy => {
    if (entry.size > maximumFileBytes) throw new Error(`iso9660: ${entry.source} is larger than 4 GiB`);
    sectors.set(entry, next);
    const offset = next * sectorBytes;
    next += sectorsOf(entry.size);
    return { source: entry.source, offset, size: entry.size };
  });
  const stamps = large.map((entry, at) => `${copies[at]?.offset} ${entry.size} ${entry.stamp}`);
  const copiesStamp = large.length === 0 ? "" : createHash("sha256").update(stamps.join("\n")).digest("hex");
  const placed: Placed = {
    sectors,
    time: options.time,
    serials: new Map(directories.map((node, at) => [node, at + 1])),
  };

  const head = new Uint8Array(headSectors * sectorBytes);
  const put = (sector: number, bytes: Uint8Array) => head.set(bytes, sector * sectorBytes);
  const numbers = new Map(directories.map((node, at) => [node, at + 1]));
  const parents = parentsOf(directories);
  const table = directories.map((node) => ({
    identifier: node.identifier,
    sector: sectors.get(node) ?? 0,
    parent: numbers.get(parents.get(node) ?? root) ?? 1,
  }));
  put(
    16,
    primaryDescriptor({
      ...options,
      sectors: next,
      pathTable: { size: tableBytes, littleSector, bigSector },
      rootRecord: rootRecord(root, placed),
      applicationUse: copiesStamp,
    }),
  );
  put(17, setTerminator());
  put(littleSector, pathTable(table, true));
  put(bigSector, pathTable(table, false));
  for (const node of directories) put(sectors.get(node) ?? 0, directoryBytes(node, parents.get(node) ?? root, placed));
  for (const entry of small) put(sectors.get(entry) ?? 0, entry.bytes);
  return { head, copies, totalBytes: next * sectorBytes, copiesStamp };
}

type Directory = DirectoryNode<SmallEntry | LargeEntry>;
type Child = Directory | FileNode<SmallEntry | LargeEntry>;

interface Placed {
  readonly sectors: ReadonlyMap<object, number>;
  readonly serials: ReadonlyMap<object, number>;
  readonly time: Date;
}

function sectorsOf(bytes: number): number {
  return Math.ceil(bytes / sectorBytes);
}

function parentsOf(directories: readonly Directory[]): ReadonlyMap<Directory, Directory> {
  const parents = new Map<Directory, Directory>();
  for (const node of directories) {
    for (const child of node.children) if (child.kind === "directory") parents.set(child, node);
  }
  return parents;
}

/** Sectors of a directory: no record may cross the end of a sector (ECMA-119 6.8.1.1). */
function directorySectors(node: Directory): number {
  const lengths = [
    recordLength({ identifier: "\0", root: node.depth === 0 }),
    recordLength({ identifier: "\x01", root: false }),
    ...node.children.map(({ identifier, name }) => recordLength({ identifier, name, root: false })),
  ];
  let used = 0;
  for (const length of lengths) used = placeRecord(used, length) + length;
  return sectorsOf(used);
}

/** Where a record of `length` bytes begins when `used` bytes are taken. */
function placeRecord(used: number, length: number): number {
  const left = sectorBytes - (used % sectorBytes);
  return length > left ? used + left : used;
}

function directoryBytes(node: Directory, parent: Directory, placed: Placed): Uint8Array {
  const bytes = new Uint8Array(directorySectors(node) * sectorBytes);
  const records = [
    directoryRecord(node, placed, { identifier: "\0", root: node.depth === 0 }),
    directoryRecord(parent, placed, { identifier: "\x01", root: false }),
    ...node.children.map((child) => childRecord(child, placed)),
  ];
  let at = 0;
  for (const record of records) {
    const encoded = encodeRecord(record);
    at = placeRecord(at, encoded.length);
    bytes.set(encoded, at);
    at += encoded.length;
  }
  return bytes;
}

function directoryRecord(
  node: Directory,
  placed: Placed,
  as: Pick<DirectoryRecord, "identifier" | "name" | "root">,
): DirectoryRecord {
  return {
    ...as,
    directory: true,
    mode: directoryFile | (node.depth === 0 ? 0o700 : 0o755),
    links: 2 + node.children.filter((child) => child.kind === "directory").length,
    serial: placed.serials.get(node) ?? 0,
    sector: placed.sectors.get(node) ?? 0,
    size: directorySectors(node) * sectorBytes,
    time: placed.time,
  };
}

function childRecord(child: Child, placed: Placed): DirectoryRecord {
  const { identifier, name } = child;
  if (child.kind === "directory") return directoryRecord(child, placed, { identifier, name, root: false });
  return {
    identifier,
    name,
    root: false,
    directory: false,
    mode: regularFile | (child.entry.mode & 0o7777),
    links: 1,
    // Sectors of files lie above the directories' numbers; an empty file shares its sector's number harmlessly.
    serial: (placed.sectors.get(child.entry) ?? 0) + placed.serials.size,
    sector: placed.sectors.get(child.entry) ?? 0,
    size: child.entry.size,
    time: placed.time,
  };
}

/** The root's record as the volume descriptor has it: without Rock Ridge, 34 bytes. */
function rootRecord(root: Directory, placed: Placed): Uint8Array {
  const bytes = encodeRecord(directoryRecord(root, placed, { identifier: "\0", root: true })).slice(0, 34);
  bytes[0] = 34;
  return bytes;
}
