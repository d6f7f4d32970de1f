import { existsSync } from "node:fs";
import { digestText, fileDigest, parseDigest } from "../lib/digest.ts";
import { CacheEntry } from "./cache-entry.ts";
import { isLocal } from "./location.ts";

/**
 * The cached bytes of a URL, without asking its server.
 * @param digest `ALGO:HEX`; empty: not verified
 * @returns undefined when they are not there or not what the digest says
 */
export async function cachedFile(url: string, digest: string, cacheDirectory: string): Promise<string | undefined> {
  if (isLocal(url)) return undefined;
  const entry = new CacheEntry(cacheDirectory, url);
  if (!existsSync(entry.data)) return undefined;
  if (digest === "") return entry.data;
  const expected = parseDigest(digest);
  if (entry.digest(expected.algorithm) === undefined) return undefined;
  const actual = await fileDigest(entry.data, expected.algorithm);
  return digestText(actual) === digestText(expected) ? entry.data : undefined;
}
