import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorText, UserError } from "../lib/errors.ts";
import { syncDirectory, writeFileAtomic } from "../lib/files.ts";
import type { Arch } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { type ImageCandidate, planCandidates, type RemoteFile } from "./candidates-plan.ts";
import { download } from "./download.ts";
import type { DiskFormat } from "./format.ts";
import type { WatchTransfer } from "./progress.ts";

export interface ObtainOptions {
  /** Absolute path of the instance directory. */
  readonly directory: string;
  readonly images: readonly ImageCandidate[];
  readonly arch: Arch;
  readonly cacheDirectory: string;
  /** Formats the driver boots from. */
  readonly imageFormats: readonly DiskFormat[];
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly watch?: WatchTransfer;
  readonly signal?: AbortSignal;
}

/** What one image consists of, under temporary names in the instance directory until all of it is there and accepted. */
export class StagedImage {
  readonly #directory: string;

  constructor(
    directory: string,
    readonly image: ImageCandidate,
  ) {
    this.#directory = directory;
  }

  /** Where a part lies until it is accepted; the ending marks it as transient. */
  path(name: string): string {
    return join(this.#directory, `${name}.new.tmp`);
  }

  /** Gives the parts their names. The disk comes last: an instance that has it has the others. */
  commit(): void {
    const { kernel, initrd } = this.image;
    if (kernel !== undefined) {
      this.#rename(instanceFiles.kernel);
      if (kernel.cmdline !== "") writeFileAtomic(join(this.#directory, instanceFiles.kernelCmdline), kernel.cmdline);
    }
    if (initrd !== undefined) this.#rename(instanceFiles.initrd);
    this.#rename(instanceFiles.baseDisk);
    syncDirectory(this.#directory);
  }

  discard(): void {
    for (const name of [instanceFiles.baseDisk, instanceFiles.kernel, instanceFiles.initrd]) {
      rmSync(this.path(name), { force: true });
    }
  }

  #rename(name: string): void {
    renameSync(this.path(name), join(this.#directory, name));
  }
}

/** Downloads the first image that can be had completely. @throws UserError that names every one that failed */
export async function obtainImage(options: ObtainOptions): Promise<StagedImage> {
  const { candidates, skipped } = planCandidates(options.images, options.arch);
  for (const why of skipped) options.log.debug(why);
  const failures: string[] = [];
  for (const image of candidates) {
    const staged = new StagedImage(options.directory, image);
    staged.discard();
    try {
      await fetchPart(image, staged.path(instanceFiles.baseDisk), "the image", options);
      if (image.kernel !== undefined) {
        await fetchPart(image.kernel, staged.path(instanceFiles.kernel), "the kernel", options);
      }
      if (image.initrd !== undefined) {
        await fetchPart(image.initrd, staged.path(instanceFiles.initrd), "the initrd", options);
      }
      return staged;
    } catch (error) {
      staged.discard();
      options.signal?.throwIfAborted();
      failures.push(errorText(error));
      if (failures.length < candidates.length) options.log.warn(`${errorText(error)}; trying the next image`);
    }
  }
  throw new UserError(failures.join("\n"));
}

async function fetchPart(
  file: RemoteFile,
  destination: string,
  description: string,
  options: ObtainOptions,
): Promise<void> {
  const { location, arch, digest } = file;
  options.log.info(`Attempting to download ${description}`, { arch, digest, location });
  try {
    const result = await download(location, destination, {
      description,
      digest,
      // An initrd is handed to the kernel as it is; it unpacks it itself.
      decompress: description !== "the initrd",
      ...(description === "the image" ? { imageFormats: options.imageFormats } : {}),
      cacheDirectory: options.cacheDirectory,
      home: options.home,
      env: options.env,
      log: options.log,
      ...(options.watch === undefined ? {} : { watch: options.watch }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (result.status === "used-cache") options.log.info(`Using cache ${quote(result.cachePath ?? "")}`);
    else options.log.info(`Downloaded ${description} from ${quote(location)}`);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new UserError(`failed to download ${quote(location)}: ${errorText(error)}`, { cause: error });
  }
}
