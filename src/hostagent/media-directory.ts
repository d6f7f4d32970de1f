import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { MediaFile } from "../guest/cidata/media.ts";

/**
 * Writes the media as a directory, anew, for a guest that reads it in place. Everything in it may be executed and is this
 * user's alone, as it is for root where an image is mounted.
 */
export function writeMediaDirectory(path: string, files: readonly MediaFile[]): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { mode: 0o700 });
  const folded = (file: MediaFile) => file.path.toLowerCase();
  for (const { path: name, content } of [...files].sort((a, b) => (folded(a) < folded(b) ? -1 : 1))) {
    const place = join(path, name);
    mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
    if (typeof content === "string" || content instanceof Uint8Array) writeFileSync(place, content, { mode: 0o700 });
    else copyFileSync(content.file, place);
    chmodSync(place, 0o700);
  }
}
