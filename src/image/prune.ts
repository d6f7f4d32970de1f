import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorCode, errorText } from "../lib/errors.ts";
import { tryLockDirectory } from "../lib/flock.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import { sha256Hex } from "../lib/sha256.ts";
import { CacheEntry } from "./cache-entry.ts";

/**
 * Removes the downloads that nobody refers to any more, and what interrupted downloads left in the others. An entry
 * that another program is downloading to right now is left alone.
 * @param cacheDirectory `<cache>` of the store room
 * @param referred the URLs that are still referred to
 */
export function pruneDownloads(cacheDirectory: string, referred: Iterable<string>, logger: Logger): void {
  const kept = new Map([...referred].map((url) => [sha256Hex(url), url]));
  const top = join(cacheDirectory, "download", "by-url-sha256");
  for (const key of entriesOf(top)) {
    const url = kept.get(key);
    try {
      const held = tryLockDirectory(join(top, key));
      if (typeof held === "string") continue;
      using _held = held;
      if (url === undefined) rmSync(join(top, key), { recursive: true, force: true });
      else new CacheEntry(cacheDirectory, url).removeLeftovers();
    } catch (error) {
      logger.warn(`Failed to delete ${quote(key)}: ${errorText(error)}`);
    }
  }
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
