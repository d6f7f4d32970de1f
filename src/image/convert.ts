import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type DigestAlgorithm, digestText, fileDigest } from "../lib/digest.ts";
import type { CacheEntry } from "./cache-entry.ts";
import { type DiskFormat, fileFormat, isIso9660 } from "./format.ts";
import { type QemuImgOptions, qemuImg } from "./qemu-img.ts";

/** Whether an image must become raw for a receiver that reads only `formats`. ISO images never do. */
export function needsConversion(path: string, formats: readonly DiskFormat[] | undefined): boolean {
  return formats !== undefined && !formats.includes(fileFormat(path)) && !isIso9660(path);
}

/** The cached image as raw, converted when that was not done since it was downloaded. The caller holds the entry's lock. */
export async function cachedRaw(
  entry: CacheEntry,
  algorithm: DigestAlgorithm,
  options: QemuImgOptions,
): Promise<string> {
  if (existsSync(entry.raw) && statSync(entry.raw).mtimeMs >= statSync(entry.data).mtimeMs) return entry.raw;
  const directory = dirname(entry.raw);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const temporary = `${entry.raw}.tmp`;
  try {
    const args = ["convert", "-f", fileFormat(entry.data), "-O", "raw", entry.data, temporary];
    await qemuImg(args, options, { path: entry.raw, directory });
    const digest = await fileDigest(temporary, algorithm, options.signal);
    writeFileSync(`${entry.raw}.digest`, digestText(digest));
    renameSync(temporary, entry.raw);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return entry.raw;
}
