import { constants } from "node:fs";
import { copyFile, type FileHandle, open, rm } from "node:fs/promises";

const chunkBytes = 1024 * 1024;
const holeBytes = 64 * 1024;
const zeros = Buffer.alloc(holeBytes);

/**
 * Copies a file: as a clone that shares its blocks where the file system can, else leaving out long runs of zeros,
 * which a disk image is full of. The copy is synced.
 */
export async function copySparse(source: string, destination: string, signal?: AbortSignal): Promise<void> {
  if (await clone(source, destination)) return;
  const from = await open(source, "r");
  try {
    const to = await open(destination, "w", 0o644);
    try {
      await copyChunks(from, to, signal);
      await to.sync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function clone(source: string, destination: string): Promise<boolean> {
  try {
    await copyFile(source, destination, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    // most file systems have no clones
    await rm(destination, { force: true });
    return false;
  }
}

async function copyChunks(from: FileHandle, to: FileHandle, signal: AbortSignal | undefined): Promise<void> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let offset = 0;
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await from.read(buffer, 0, chunkBytes, offset);
    if (bytesRead === 0) break;
    for (const [start, end] of dataRuns(buffer.subarray(0, bytesRead))) {
      await writeAll(to, buffer.subarray(start, end), offset + start);
    }
    offset += bytesRead;
  }
  await to.truncate(offset);
}

/** Places in `bytes` that are not blocks of zeros, as pairs of start and end; neighbours are joined. */
export function dataRuns(bytes: Buffer): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (let start = 0; start < bytes.length; start += holeBytes) {
    const end = Math.min(start + holeBytes, bytes.length);
    if (bytes.subarray(start, end).equals(zeros.subarray(0, end - start))) continue;
    const last = runs.at(-1);
    if (last?.[1] === start) last[1] = end;
    else runs.push([start, end]);
  }
  return runs;
}

/** Writes all bytes, however few the system takes at once. @param position undefined: where the file stands */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position?: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const at = position === undefined ? null : position + done;
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at);
    done += bytesWritten;
  }
}
