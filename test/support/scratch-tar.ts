import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Writes a file that may be executed, with the directories above it. */
export function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** Makes a tar of what is in a directory, owned by root. @param words options and names */
export function tar(path: string, directory: string, words: readonly string[]): void {
  const made = spawnSync("tar", ["-C", directory, "--owner=0", "--group=0", "-cf", path, ...words]);
  if (made.status !== 0) throw new Error(`tar: ${made.stderr}`);
}

/** Runs `make` in a directory that is removed afterwards. */
export function inScratch(make: (place: string) => void): void {
  const place = mkdtempSync(join(tmpdir(), "archive-"));
  try {
    make(place);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
