import type { Config } from "../config/types.ts";
import { obtainArchive } from "../image/archive.ts";
import type { WatchTransfer } from "../image/progress.ts";
import { errorText } from "../lib/errors.ts";
import { cacheDirectory } from "../store/directories.ts";
import type { InstanceContext } from "./context.ts";

export interface ContainerdArchiveOptions {
  /** The instance was started before: what the cache has is good enough. */
  readonly reuseCached: boolean;
  readonly watchTransfer?: WatchTransfer;
  readonly signal: AbortSignal;
}

/**
 * Brings the archive that containerd is installed from into the cache. One that cannot be had is no reason not to start:
 * it is warned about, with what can be done.
 * @returns its path on this host; undefined where containerd is off or its archive could not be had
 */
export async function obtainContainerdArchive(
  context: InstanceContext,
  { arch, containerd, plain }: Config,
  options: ContainerdArchiveOptions,
): Promise<string | undefined> {
  if (plain || (!containerd.system && !containerd.user)) return undefined;
  const { host, logger } = context;
  try {
    return await obtainArchive({
      archives: containerd.archives,
      arch,
      description: "the nerdctl archive",
      reuseCached: options.reuseCached,
      cacheDirectory: cacheDirectory(host),
      home: host.home,
      env: host.env,
      log: logger,
      ...(options.watchTransfer === undefined ? {} : { watch: options.watchTransfer }),
      signal: options.signal,
    });
  } catch (error) {
    options.signal.throwIfAborted();
    logger.warn(
      `containerd is not set up in the guest: ${errorText(error)} (hint: start again when the archive can be ` +
        "downloaded, name a copy of it in `containerd.archives`, or switch containerd off with `--containerd=none`)",
    );
    return undefined;
  }
}
