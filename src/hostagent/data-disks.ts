import type { Config } from "../config/types.ts";
import { inspectBaseImage } from "../image/base-image.ts";
import type { Host } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import { findDataDisk, lockDataDisk, unlockDataDisks } from "../store/data-disks.ts";

export interface DataDiskOptions {
  readonly host: Host;
  readonly logger: Logger;
  readonly limaHome: string;
  /** The instance's directory. */
  readonly directory: string;
  readonly config: Pick<Config, "additionalDisks">;
}

/** The additional disks of a run, locked for this instance until they are disposed of. */
export interface HeldDisks extends Disposable {
  /** Absolute paths of their images, in the order of `additionalDisks`. */
  readonly paths: readonly string[];
}

/**
 * Finds and locks the additional disks of an instance.
 * @throws UserError, with nothing locked, for a disk that does not exist, that another instance uses, or that names other
 * files of this host
 */
export async function holdDataDisks(options: DataDiskOptions): Promise<HeldDisks> {
  const { host, logger, limaHome, directory, config } = options;
  const paths: string[] = [];
  try {
    for (const { name, fsType } of config.additionalDisks) {
      const disk = findDataDisk(limaHome, name);
      lockDataDisk(disk, directory);
      await inspectBaseImage(disk.path, disk.path, { env: host.env });
      logger.info(`Mounting disk ${quote(name)} on ${quote(fsType === "swap" ? "[SWAP]" : `/mnt/lima-${name}`)}`);
      paths.push(disk.path);
    }
  } catch (error) {
    release(options);
    throw error;
  }
  return { paths, [Symbol.dispose]: () => release(options) };
}

/** The disks of a machine that was started before: they are locked already, and freed when it ends. */
export function keepDataDisks(options: DataDiskOptions): Disposable {
  return { [Symbol.dispose]: () => release(options) };
}

function release({ logger, limaHome, directory }: DataDiskOptions): void {
  for (const name of unlockDataDisks(limaHome, directory)) logger.info(`Unmounting disk ${quote(name)}`);
}
