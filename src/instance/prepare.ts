import { prepareDisks } from "../image/disks.ts";
import type { WatchTransfer } from "../image/progress.ts";
import { UserError } from "../lib/errors.ts";
import { parseSize } from "../lib/sizes.ts";
import { cacheDirectory, isInitialised } from "../store/directories.ts";
import { loadDriver } from "../vm/drivers.ts";
import { obtainContainerdArchive } from "./containerd-archive.ts";
import type { InstanceContext } from "./context.ts";
import type { Instance } from "./record.ts";

export interface PrepareOptions {
  /** The instance is not started now: what its host lacks for that is told when it is, but on macOS at once (host.md 3.1). @default false */
  readonly creating?: boolean;
  readonly watchTransfer?: WatchTransfer;
  readonly signal: AbortSignal;
}

/** What was brought to this host for a start, besides what is in the instance's directory. */
export interface Prepared {
  /** The archive that containerd is installed from; undefined where it is off or its archive could not be had. */
  readonly nerdctlArchive: string | undefined;
}

/**
 * Brings an instance to where its host agent can start it: the driver's needs are met, images are downloaded, its disks
 * exist in the configured size, and the archive for containerd is in the cache.
 * @throws UserError with nothing half-written
 */
export async function prepareInstance(
  context: InstanceContext,
  instance: Instance,
  options: PrepareOptions,
): Promise<Prepared> {
  const { config } = instance;
  if (config === undefined) throw new UserError(`instance "${instance.name}" has no configuration`);
  const { host, logger } = context;
  const driver = await loadDriver(config.vmType);
  const configured = driver.configure(config, { host, createdBy: instance.limaVersion });
  for (const warning of configured.warnings) logger.warn(warning);
  if (options.creating !== true || host.os === "darwin") {
    await driver.check({
      host,
      instance: { name: instance.name, directory: instance.dir },
      config: configured.config,
      log: logger,
      signal: options.signal,
    });
  }
  const reuseCached = isInitialised(instance.dir);
  await prepareDisks({
    directory: instance.dir,
    instanceName: instance.name,
    images: config.images,
    arch: config.arch,
    diskBytes: parseSize(config.disk),
    cacheDirectory: cacheDirectory(host),
    imageFormats: driver.imageFormats,
    home: host.home,
    env: host.env,
    log: logger,
    ...(options.watchTransfer === undefined ? {} : { watch: options.watchTransfer }),
    signal: options.signal,
  });
  const nerdctlArchive = await obtainContainerdArchive(context, configured.config, { ...options, reuseCached });
  return { nerdctlArchive };
}
