import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import {
  type Copy,
  type IsoLayout,
  type LargeEntry,
  planIso,
  type SmallEntry,
  type VolumeOptions,
} from "./layout-plan.ts";
import { applicationUseOffset, sectorBytes } from "./volume.ts";

/** A file of an image; directories follow from the paths. */
export interface IsoFile {
  /** Relative, with slashes, such as `boot/Linux/00-modprobe.sh`. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** Bytes, or a file that is copied piece by piece. */
  readonly content: string | Uint8Array | { readonly file: string };
}

const pieceBytes = 1 << 20;

/**
 * Writes an ISO9660 image to `path`, replacing it as a whole. Files named by `{ file }` are copied
 * without being held in memory, and not at all when the image that is there already has them at the same place (same
 * source, size and modification time). The image is not synced: it is made anew at every start.
 */
export function writeIso(path: string, files: readonly IsoFile[], options: VolumeOptions): void {
  const layout = planIso(files.map(entryOf), options);
  const temporary = `${path}.tmp`;
  rmSync(temporary, { force: true });
  const kept = layout.copies.length > 0 && holdsCopies(path, layout);
  // The old image loses its name before it is touched, so that a crash leaves no image rather than half of one.
  if (kept) renameSync(path, temporary);
  try {
    const fd = openSync(temporary, kept ? "r+" : "wx", 0o600);
    try {
      writeAll(fd, layout.head, 0);
      // Nothing of the old image's small files may stay: the same inputs make the same bytes.
      if (kept) writeAll(fd, new Uint8Array((layout.copies[0]?.offset ?? 0) - layout.head.length), layout.head.length);
      else for (const copy of layout.copies) copyInto(fd, copy);
      ftruncateSync(fd, layout.totalBytes);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function entryOf({ path, mode, content }: IsoFile): SmallEntry | LargeEntry {
  if (typeof content === "string" || content instanceof Uint8Array) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return { path, mode, size: bytes.length, bytes };
  }
  const { size, mtimeMs } = statSync(content.file);
  return { path, mode, size, source: content.file, stamp: `${mtimeMs} ${content.file}` };
}

/** Whether the image at `path` already has the large files of `layout` at their places. */
function holdsCopies(path: string, layout: IsoLayout): boolean {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return false;
  }
  try {
    if (fstatSync(fd).size !== layout.totalBytes) return false;
    const found = Buffer.alloc(layout.copiesStamp.length);
    readSync(fd, found, 0, found.length, 16 * sectorBytes + applicationUseOffset);
    return found.toString("latin1") === layout.copiesStamp;
  } finally {
    closeSync(fd);
  }
}

function copyInto(fd: number, copy: Copy): void {
  const source = openSync(copy.source, "r");
  try {
    const piece = new Uint8Array(Math.min(pieceBytes, copy.size));
    for (let done = 0; done < copy.size; ) {
      const count = readSync(source, piece, 0, Math.min(piece.length, copy.size - done), done);
      if (count === 0) throw new Error(`iso9660: ${copy.source} became shorter while it was copied`);
      writeAll(fd, piece.subarray(0, count), copy.offset + done);
      done += count;
    }
  } finally {
    closeSync(source);
  }
}

function writeAll(fd: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
}
