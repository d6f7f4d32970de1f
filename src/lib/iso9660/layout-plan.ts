import { createHash } from "node:crypto";
import { directorySectors, type Placed, putDirectory, rootRecord } from "./directory-plan.ts";
import { recordDate } from "./fields.ts";
import { buildTree, type DirectoryNode, directoriesByLevel, type IsoEntry } from "./tree.ts";
import {
  type PathTableEntry,
  pathTable,
  pathTableSize,
  primaryDescriptor,
  sectorBytes,
  setTerminator,
} from "./volume.ts";

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
/** Descriptors begin at sector 16: the primary one and the set's end. */
const descriptorSector = 16;

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
  const small = entries.filter((entry) => "bytes" in entry);
  const large = entries.filter((entry) => "source" in entry);
  const sectors = new Map<object, number>();
  const tableBytes = pathTableSize(directories);
  const littleSector = descriptorSector + 2;
  const bigSector = littleSector + sectorsOf(tableBytes);
  let next = bigSector + sectorsOf(tableBytes);
  const take = (owner: object, count: number) => {
    sectors.set(owner, next);
    next += count;
  };
  for (const directory of directories) take(directory, directorySectors(directory));
  for (const entry of small) take(entry, sectorsOf(entry.size));
  const head = new Uint8Array(next * sectorBytes);
  if (large.length > 0) next = Math.ceil(next / largeAlignment) * largeAlignment;
  for (const entry of large) {
    if (entry.size > maximumFileBytes) throw new Error(`iso9660: ${entry.source} is larger than 4 GiB`);
    take(entry, sectorsOf(entry.size));
  }

  const sectorOf = (owner: object) => sectors.get(owner) ?? 0;
  const copies = large.map((entry) => ({ ...entry, offset: sectorOf(entry) * sectorBytes }));
  const copiesStamp = stampOf(copies);
  const serials = new Map(directories.map((node, at) => [node, at + 1]));
  const placed: Placed = { sectorOf, serials, date: recordDate(options.time) };
  const put = (sector: number, bytes: Uint8Array) => head.set(bytes, sector * sectorBytes);
  const pathTableAt = { size: tableBytes, littleSector, bigSector };
  const rootBytes = rootRecord(root, placed);
  const volume = {
    ...options,
    sectors: next,
    pathTable: pathTableAt,
    rootRecord: rootBytes,
    applicationUse: copiesStamp,
  };
  put(descriptorSector, primaryDescriptor(volume));
  put(descriptorSector + 1, setTerminator());
  const parents = parentsOf(directories);
  const table = pathTableEntries(directories, parents, placed);
  put(littleSector, pathTable(table, true));
  put(bigSector, pathTable(table, false));
  const view = new DataView(head.buffer);
  for (const node of directories) putDirectory(head, view, node, parents.get(node) ?? root, placed);
  for (const entry of small) put(sectorOf(entry), entry.bytes);
  return { head, copies, totalBytes: next * sectorBytes, copiesStamp };
}

type Directory = DirectoryNode<SmallEntry | LargeEntry>;

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

function pathTableEntries(
  directories: readonly Directory[],
  parents: ReadonlyMap<Directory, Directory>,
  placed: Placed,
): readonly PathTableEntry[] {
  return directories.map((node) => ({
    identifier: node.identifier,
    sector: placed.sectorOf(node),
    // The root is its own parent.
    parent: placed.serials.get(parents.get(node) ?? node) ?? 1,
  }));
}

function stampOf(copies: readonly (Copy & LargeEntry)[]): string {
  if (copies.length === 0) return "";
  const stamps = copies.map(({ offset, size, stamp }) => `${offset} ${size} ${stamp}`);
  return createHash("sha256").update(stamps.join("\n")).digest("hex");
}
