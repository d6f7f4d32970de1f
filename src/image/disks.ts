import type { Arch } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import type { WatchTransfer } from "./progress.ts";

/** Something to fetch: location, architecture it is for, and `ALGO:HEX` or nothing. */
export interface RemoteFile {
  readonly location: string;
  readonly arch: Arch;
  readonly digest: string;
}

/** One entry of `images`. */
export interface ImageCandidate extends RemoteFile {
  readonly variant: string;
  readonly archVariant: string;
  readonly kernel?: RemoteFile & { readonly cmdline: string };
  readonly initrd?: RemoteFile;
}

export interface PrepareDisksOptions {
  /** Absolute path of the instance directory. */
  readonly directory: string;
  readonly instanceName: string;
  readonly images: readonly ImageCandidate[];
  readonly arch: Arch;
  /** Configured size of the boot disk. */
  readonly diskBytes: number;
  readonly cacheDirectory: string;
  /** Formats the driver boots from. */
  readonly imageFormats: readonly string[];
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly watch?: WatchTransfer;
  readonly signal?: AbortSignal;
}

/**
 * Makes the boot disk of an instance, if it has none: downloads the first image candidate that can be had (with its
 * kernel and initrd) to `basedisk` and puts `diffdisk` on top. Grows a disk that is smaller than configured.
 * Instances that have `disk` (and `iso`) of Lima 2.1 or later keep them.
 * @throws UserError; then nothing half-written is left
 */
export async function prepareDisks(options: PrepareDisksOptions): Promise<void> {
  throw new Error(`not yet: ${options.instanceName}`);
}
