import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../lib/errors.ts";
import { syncDirectory } from "../lib/files.ts";
import { quote } from "../lib/quote.ts";
import { formatSize } from "../lib/sizes.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { type BaseImage, inspectBaseImage, virtualSize } from "./base-image.ts";
import { fileFormat } from "./format.ts";
import { type ObtainOptions, obtainImage } from "./obtain.ts";
import { qemuImg } from "./qemu-img.ts";

export interface PrepareDisksOptions extends ObtainOptions {
  readonly instanceName: string;
  /** Configured size of the boot disk. */
  readonly diskBytes: number;
}

/**
 * Makes the boot disk of an instance, if it has none: downloads the first image candidate that can be had (with its
 * kernel and initrd) to `basedisk` and puts `diffdisk` on top. Grows a disk that is smaller than configured.
 * Instances that have `disk` (and `iso`) of Lima 2.1 or later keep them.
 * @throws UserError; then nothing half-written is left
 */
export async function prepareDisks(options: PrepareDisksOptions): Promise<void> {
  const file = (name: string): string => join(options.directory, name);
  const present = [file(instanceFiles.disk), file(instanceFiles.diffDisk)].find((path) => existsSync(path));
  if (present !== undefined) {
    await growDisk(present, options);
    return;
  }
  const base = file(instanceFiles.baseDisk);
  // What Lima 2.1 downloaded when it was interrupted before it made the disk.
  if (!existsSync(base) && existsSync(file(instanceFiles.image))) renameSync(file(instanceFiles.image), base);
  if (existsSync(base)) {
    await createDiffDisk(await accept(base, base, options), options);
    return;
  }
  const staged = await obtainImage(options);
  let image: BaseImage;
  try {
    image = await accept(staged.path(instanceFiles.baseDisk), staged.image.location, options);
    staged.commit();
  } catch (error) {
    staged.discard();
    throw error;
  }
  await createDiffDisk(image, options);
}

async function accept(path: string, origin: string, options: PrepareDisksOptions): Promise<BaseImage> {
  const image = await inspectBaseImage(path, origin, options);
  if (image.format !== "qcow2" && image.format !== "raw") {
    options.log.warn(`image ${quote(origin)} has the format ${quote(image.format)}; qcow2 or raw is recommended`);
  }
  if (!image.iso && image.virtualSizeBytes > options.diskBytes) {
    throw shrinking(`image ${quote(origin)}`, image.virtualSizeBytes, options.diskBytes);
  }
  return image;
}

/** The writable disk: on top of the image, or empty beside an installation medium. */
async function createDiffDisk(image: BaseImage, options: PrepareDisksOptions): Promise<void> {
  const { directory } = options;
  const path = join(directory, instanceFiles.diffDisk);
  const temporary = `${path}.tmp`;
  rmSync(temporary, { force: true });
  // The backing file is named relative to the disk, so that the instance directory can be renamed.
  const backing = image.iso ? [] : ["-F", image.format, "-b", instanceFiles.baseDisk];
  try {
    await qemuImg(["create", "-q", "-f", "qcow2", ...backing, temporary, String(options.diskBytes)], options, {
      path,
      directory,
    });
    renameSync(temporary, path);
    syncDirectory(directory);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

async function growDisk(path: string, options: PrepareDisksOptions): Promise<void> {
  const { diskBytes, directory, instanceName, log } = options;
  const current = await virtualSize(path, options);
  if (current === diskBytes) return;
  const name = `instance ${instanceName}'s disk`;
  if (current > diskBytes) throw shrinking(name, current, diskBytes);
  log.info(`Resize instance ${instanceName}'s disk from ${formatSize(current)} to ${formatSize(diskBytes)}`);
  await qemuImg(["resize", "-q", "-f", fileFormat(path), path, String(diskBytes)], options, { path, directory });
}

function shrinking(what: string, current: number, wanted: number): UserError {
  return new UserError(
    `disk shrinking is not supported: ${what} has ${formatSize(current)}, but \`disk\` is ${formatSize(wanted)}`,
  );
}
