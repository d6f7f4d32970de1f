import type { Logger } from "../lib/log.ts";
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
  readonly imageFormats?: readonly string[];
  /** Home directory, for locations that begin with `~`. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly watch?: WatchTransfer;
  readonly signal?: AbortSignal;
}

/** `skipped`: the destination was there already. `used-cache`: nothing or only headers came over the network. */
export type DownloadStatus = "skipped" | "downloaded" | "used-cache";

export interface DownloadResult {
  readonly status: DownloadStatus;
  /** The cached bytes; undefined for a local source. */
  readonly cachePath?: string;
}

/**
 * Brings what is at `location` (URL or local path) to the file `destination`, by way of the cache.
 * @param destination undefined: only the cache is filled
 * @throws UserError; then nothing is kept, neither in the cache nor at the destination
 */
export async function download(
  location: string,
  destination: string | undefined,
  options: DownloadOptions,
): Promise<DownloadResult> {
  throw new Error(`not yet: ${location} ${destination} ${options.description}`);
}
