import { existsSync } from "node:fs";
import { errorText, UserError } from "../lib/errors.ts";
import type { Arch } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import { cachedFile } from "./cached.ts";
import type { RemoteFile } from "./candidates-plan.ts";
import { download } from "./download.ts";
import { isLocal, localPath } from "./location.ts";
import type { WatchTransfer } from "./progress.ts";

export interface ArchiveOptions {
  readonly archives: readonly RemoteFile[];
  readonly arch: Arch;
  /** For messages: `the nerdctl archive`. */
  readonly description: string;
  /** The instance was started before: what the cache has is good enough, its server is not asked. */
  readonly reuseCached: boolean;
  readonly cacheDirectory: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly watch?: WatchTransfer;
  readonly signal?: AbortSignal;
}

/**
 * Brings the first archive of the architecture into the cache, packed as it is.
 * @returns its path on this host
 * @throws UserError that names every one that could not be had
 */
export async function obtainArchive(options: ArchiveOptions): Promise<string> {
  const fitting = options.archives.filter(({ arch }) => arch === options.arch);
  if (fitting.length === 0) {
    throw new UserError(`${options.description} does not exist for the architecture ${quote(options.arch)}`);
  }
  if (options.reuseCached) {
    for (const { location, digest } of fitting) {
      const cached = await cachedFile(location, digest, options.cacheDirectory);
      if (cached !== undefined) return cached;
    }
  }
  const failures: string[] = [];
  for (const archive of fitting) {
    try {
      return await obtain(archive, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      failures.push(`failed to download ${quote(archive.location)}: ${errorText(error)}`);
    }
  }
  throw new UserError(failures.join("\n"));
}

async function obtain({ location, arch, digest }: RemoteFile, options: ArchiveOptions): Promise<string> {
  const { cacheDirectory, description, env, home, log, signal, watch } = options;
  if (isLocal(location)) {
    const path = localPath(location, home);
    if (!existsSync(path)) throw new UserError(`failed to open ${quote(path)}: no such file or directory`);
    return path;
  }
  log.info(`Attempting to download ${description}`, { arch, digest, location });
  const result = await download(location, undefined, {
    description,
    digest,
    cacheDirectory,
    home,
    env,
    log,
    ...(watch === undefined ? {} : { watch }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.cachePath === undefined) throw new UserError(`cache did not contain ${quote(location)}`);
  log.info(
    result.status === "used-cache"
      ? `Using cache ${quote(result.cachePath)}`
      : `Downloaded ${description} from ${quote(location)}`,
  );
  return result.cachePath;
}
