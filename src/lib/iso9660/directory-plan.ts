import { type DirectoryRecord, putRecord, recordLength } from "./records.ts";
import type { DirectoryNode, FileNode, IsoEntry } from "./tree.ts";
import { sectorBytes } from "./volume.ts";

type Directory = DirectoryNode<IsoEntry>;

/** Where things are, once that is decided. */
export interface Placed {
  /** First sector of a directory's node or a file's entry. */
  readonly sectorOf: (owner: object) => number;
  /** Numbers of the directories in the path table, from 1. */
  readonly serials: ReadonlyMap<object, number>;
  /** Time of every entry, from `recordDate`. */
  readonly date: Uint8Array;
}

const regularFile = 0o100000;
const directoryFile = 0o040000;

/** Sectors of a directory: no record may cross the end of a sector (ECMA-119 6.8.1.1). */
export function directorySectors(node: Directory): number {
  const { rockRidge } = node;
  let used = recordLength({ identifier: "\0", rockRidge, root: node.depth === 0 });
  used += recordLength({ identifier: "\x01", rockRidge, root: false });
  for (const { identifier, name } of node.children) {
    const length = recordLength({ identifier, rockRidge, name, root: false });
    used = placeRecord(used, length) + length;
  }
  return Math.ceil(used / sectorBytes);
}

/** Where a record of `length` bytes begins when `used` bytes are taken. */
function placeRecord(used: number, length: number): number {
  const left = sectorBytes - (used % sectorBytes);
  return length > left ? used + left : used;
}

/** Writes a directory's records to its place in the image.
 * @param view a view of all of `image`
 */
export function putDirectory(
  image: Uint8Array,
  view: DataView,
  node: Directory,
  parent: Directory,
  placed: Placed,
): void {
  const start = placed.sectorOf(node) * sectorBytes;
  let used = 0;
  const put = (record: DirectoryRecord) => {
    const length = recordLength(record);
    used = placeRecord(used, length);
    putRecord(image, view, start + used, record);
    used += length;
  };
  put(directoryRecord(node, placed, { identifier: "\0", root: node.depth === 0 }));
  put(directoryRecord(parent, placed, { identifier: "\x01", root: false }));
  for (const child of node.children) put(childRecord(child, node.rockRidge, placed));
}

/** The root's record as the volume descriptor has it: without Rock Ridge, 34 bytes. */
export function rootRecord(root: Directory, placed: Placed): Uint8Array {
  const bytes = new Uint8Array(256);
  putRecord(bytes, new DataView(bytes.buffer), 0, directoryRecord(root, placed, { identifier: "\0", root: true }));
  bytes[0] = 34;
  return bytes.subarray(0, 34);
}

function directoryRecord(
  node: Directory,
  placed: Placed,
  as: Pick<DirectoryRecord, "identifier" | "name" | "root">,
): DirectoryRecord {
  return {
    ...as,
    rockRidge: node.rockRidge,
    directory: true,
    mode: directoryFile | (node.depth === 0 ? 0o700 : 0o755),
    links: 2 + node.children.filter((child) => child.kind === "directory").length,
    serial: placed.serials.get(node) ?? 0,
    sector: placed.sectorOf(node),
    size: directorySectors(node) * sectorBytes,
    date: placed.date,
  };
}

function childRecord(child: Directory | FileNode<IsoEntry>, rockRidge: boolean, placed: Placed): DirectoryRecord {
  const { identifier, name } = child;
  if (child.kind === "directory") return directoryRecord(child, placed, { identifier, name, root: false });
  const sector = placed.sectorOf(child.entry);
  return {
    identifier,
    rockRidge,
    name,
    root: false,
    directory: false,
    mode: regularFile | (child.entry.mode & 0o7777),
    links: 1,
    // Above the directories' numbers; an empty file may share the number of the next one, which is harmless.
    serial: sector + placed.serials.size,
    sector,
    size: child.entry.size,
    date: placed.date,
  };
}
