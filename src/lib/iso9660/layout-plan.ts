import { createHash } from "node:crypto";
import { directorySectors, type Placed, putDirectory, rootRecord } from "./directory-plan.ts";
import { recordDate } from "./fields.ts";
import { jolietTree } from "./joliet.ts";
import { buildTree, type DirectoryNode, directoriesByLevel, type IsoEntry } from "./tree.ts";
import {
  jolietDescriptor,
  type PathTableEntry,
  pathTable,
  pathTableSize,
  primaryDescriptor,
  sectorBytes,
  setTerminator,
  type Volume,
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

/** How an image is named and dated, and how its files are. */
export interface VolumeOptions {
  /** Volume identifier, kept as it is. */
  readonly label: string;
  /** Time of every entry and of the volume. */
  readonly time: Date;
  /** What keeps the files' names as they are, beside those of ISO 9660 level 1. @default "rock-ridge" */
  readonly names?: "rock-ridge" | "joliet";
}

/** Decides where everything of an image goes: an ISO 9660 level 1 volume with Rock Ridge 1.12 or with Joliet. */
export function planIso(entries: readonly (SmallEntry | LargeEntry)[], options: VolumeOptions): IsoLayout {
  const joliet = options.names === "joliet";
  const primary = buildTree(entries, !joliet);
  const trees = joliet ? [primary, jolietTree(primary)] : [primary];
  const small = entries.filter((entry) => "bytes" in entry);
  const large = entries.filter((entry) => "source" in entry);
  const sectors = new Map<object, number>();
  // A descriptor for each tree, and the one that ends them.
  let next = descriptorSector + trees.length + 1;
  const take = (owner: object, count: number): number => {
    sectors.set(owner, next);
    next += count;
    return next - count;
  };
  const placedTrees = trees.map((root) => {
    const directories = directoriesByLevel(root);
    const size = pathTableSize(directories);
    const littleSector = take({}, sectorsOf(size));
    const bigSector = take({}, sectorsOf(size));
    for (const directory of directories) take(directory, directorySectors(directory));
    return { root, directories, pathTable: { size, littleSector, bigSector } };
  });
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
  const view = new DataView(head.buffer);
  const put = (sector: number, bytes: Uint8Array) => head.set(bytes, sector * sectorBytes);
  for (const [at, { root, directories, pathTable: table }] of placedTrees.entries()) {
    const serials = new Map(directories.map((node, index) => [node, index + 1]));
    const placed: Placed = { sectorOf, serials, date: recordDate(options.time) };
    const volume: Volume = {
      label: options.label,
      time: options.time,
      sectors: next,
      pathTable: table,
      rootRecord: rootRecord(root, placed),
      applicationUse: copiesStamp,
    };
    put(descriptorSector + at, at === 0 ? primaryDescriptor(volume) : jolietDescriptor(volume));
    const parents = parentsOf(directories);
    const listed = pathTableEntries(directories, parents, placed);
    put(table.littleSector, pathTable(listed, true));
    put(table.bigSector, pathTable(listed, false));
    for (const node of directories) putDirectory(head, view, node, parents.get(node) ?? root, placed);
  }
  put(descriptorSector + trees.length, setTerminator());
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
