import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Digest, digestText, fileDigest, parseDigest } from "../lib/digest.ts";
import { errorCode, errorText, UserError } from "../lib/errors.ts";
import { syncDirectory } from "../lib/files.ts";
import { lockDirectory } from "../lib/flock.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import { CacheEntry } from "./cache-entry.ts";
import { cachedRaw, needsConversion } from "./convert.ts";
import { copySparse } from "./copy.ts";
import { compressionOf, decompress } from "./decompress.ts";
import { fetchHeaders, fetchToFile } from "./fetch.ts";
import type { DiskFormat } from "./format.ts";
import { isModified } from "./freshness-plan.ts";
import { tellFullDisk } from "./full-disk.ts";
import { baseName, isLocal, localPath } from "./location.ts";
import type { WatchTransfer } from "./progress.ts";

export interface DownloadOptions {
  /** `<cache>` of the store room; entries are below `download/by-url-sha256`. */
  readonly cacheDirectory: string;
  /** For messages: `the image`, `the kernel`. */
  readonly description: string;
  /** `ALGO:HEX`; empty or undefined: not verified. */
  readonly digest?: string;
  /** Unpacks gzip, bzip2, xz and zstd. @default false */
  readonly decompress?: boolean;
  /** Disk formats the receiver reads; another one is converted to raw in the cache. @default all */
  readonly imageFormats?: readonly DiskFormat[];
  /** Home directory, for locations that begin with `~`. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly watch?: WatchTransfer;
  readonly signal?: AbortSignal;
}

/** `skipped`: the destination was there already. `used-cache`: at most headers came over the network. */
export type DownloadStatus = "skipped" | "downloaded" | "used-cache";

export interface DownloadResult {
  readonly status: DownloadStatus;
  /** The cached bytes; undefined for a local source. */
  readonly cachePath?: string;
}

let temporaryNames = 0;

/**
 * Brings what is at `location` (URL or local path) to the file `destination`, by way of the cache. Callers of one URL,
 * in whatever process, wait for each other: one downloads.
 * @param destination undefined: only the cache is filled
 * @throws UserError; then nothing is kept, neither in the cache nor at the destination
 */
export async function download(
  location: string,
  destination: string | undefined,
  options: DownloadOptions,
): Promise<DownloadResult> {
  if (destination !== undefined && existsSync(destination)) return { status: "skipped" };
  const expected = options.digest === undefined || options.digest === "" ? undefined : parseDigest(options.digest);
  if (isLocal(location)) return await useLocal(location, destination, expected, options);

  const entry = new CacheEntry(options.cacheDirectory, location);
  using _lock = await lockDirectory(entry.directory, { mode: 0o700, signal: options.signal });
  const cached = entry.hasData && (await isUsable(entry, expected, options));
  if (!cached) await fill(entry, expected, options);
  const source = needsConversion(entry.data, options.imageFormats)
    ? await cachedRaw(entry, expected?.algorithm ?? "sha256", options)
    : entry.data;
  if (destination !== undefined) await deliver(source, location, destination, options);
  return { status: cached ? "used-cache" : "downloaded", cachePath: source };
}

async function useLocal(
  location: string,
  destination: string | undefined,
  expected: Digest | undefined,
  options: DownloadOptions,
): Promise<DownloadResult> {
  const path = localPath(location, options.home);
  if (destination === undefined) throw new UserError(`local files are not cached: ${quote(location)}`);
  checkReadable(path);
  if (expected !== undefined) await verify(path, expected, options.signal);
  await deliver(path, location, destination, options);
  return { status: "downloaded" };
}

function checkReadable(path: string): void {
  try {
    if (!statSync(path).isFile()) throw new UserError(`${quote(path)} is not a regular file`);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    const why = errorCode(error) === "ENOENT" ? "no such file or directory" : errorText(error);
    throw new UserError(`failed to open ${quote(path)}: ${why}`, { cause: error });
  }
}

/** Whether the cached bytes may be used. @throws UserError when they are not what the digest wants */
async function isUsable(entry: CacheEntry, expected: Digest | undefined, options: DownloadOptions): Promise<boolean> {
  const recorded = expected === undefined ? undefined : entry.digest(expected.algorithm);
  if (expected !== undefined && recorded !== undefined) {
    checkDigest(digestText(expected), recorded, `${quote(entry.data)} (hint: remove ${quote(entry.directory)})`);
    return true;
  }
  if (await isStale(entry, options)) return false;
  if (expected !== undefined) {
    await verify(entry.data, expected, options.signal);
    entry.write(`${expected.algorithm}.digest`, digestText(expected));
  }
  return true;
}

/** Asks the server about bytes that no recorded digest vouches for. A server that does not answer proves nothing. */
async function isStale(entry: CacheEntry, options: DownloadOptions): Promise<boolean> {
  const { log, signal } = options;
  try {
    const { lastModified } = await fetchHeaders(entry.url, signal === undefined ? {} : { signal });
    if (!isModified(entry.time, lastModified)) return false;
    const difference = `cached ${quote(entry.time ?? "")}, current ${quote(lastModified)}`;
    log.info(`Re-downloading digest-less image: last-modified mismatch (${difference})`);
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    log.info(`Failed to retrieve last-modified for ${quote(entry.url)}, using the cache: ${errorText(error)}`);
    return false;
  }
}

/** Downloads into the cache: first to a temporary name, then in one step in place of what was there. */
async function fill(entry: CacheEntry, expected: Digest | undefined, options: DownloadOptions): Promise<void> {
  entry.removeLeftovers();
  temporaryNames += 1;
  const temporary = join(entry.directory, `data.tmp.${process.pid}.${temporaryNames}`);
  const hasher = expected === undefined ? undefined : new Bun.CryptoHasher(expected.algorithm);
  const headers = await tellFullDisk(entry.data, entry.directory, () =>
    fetchToFile(entry.url, temporary, {
      label: `${options.description} (${baseName(entry.url)})`,
      onBytes: (bytes) => hasher?.update(bytes),
      ...(options.watch === undefined ? {} : { watch: options.watch }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    }),
  );
  if (expected !== undefined && hasher !== undefined) {
    try {
      const actual = digestText({ algorithm: expected.algorithm, hex: hasher.digest("hex") });
      checkDigest(digestText(expected), actual, `what ${entry.url} sent`);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }
  entry.forget();
  entry.write("url", entry.url);
  renameSync(temporary, entry.data);
  syncDirectory(entry.directory);
  entry.write("time", headers.lastModified);
  entry.write("type", headers.contentType);
  if (expected !== undefined) entry.write(`${expected.algorithm}.digest`, digestText(expected));
}

async function verify(path: string, expected: Digest, signal: AbortSignal | undefined): Promise<void> {
  const actual = await fileDigest(path, expected.algorithm, signal);
  checkDigest(digestText(expected), digestText(actual), quote(path));
}

/** @param what whose digest it is, for the message */
function checkDigest(expected: string, actual: string, what: string): void {
  if (expected === actual) return;
  throw new UserError(`expected digest ${quote(expected)}, got ${quote(actual)}: ${what}`);
}

/** Puts the bytes where they are wanted, unpacked if asked for; the destination appears whole or not at all. */
async function deliver(source: string, location: string, destination: string, options: DownloadOptions): Promise<void> {
  const directory = dirname(destination);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const temporary = `${destination}.${process.pid}.tmp`;
  const compression = options.decompress === true ? compressionOf(location, source) : undefined;
  try {
    await tellFullDisk(destination, directory, async () => {
      if (compression === undefined) return await copySparse(source, temporary, options.signal);
      options.log.info(`Decompressing ${options.description}`);
      await decompress(compression, source, temporary, options);
    });
    renameSync(temporary, destination);
    syncDirectory(directory);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
