import { statSync } from "node:fs";
import { errorText, UserError } from "../lib/errors.ts";
import { ExecError } from "../lib/exec.ts";
import { parseQcow2Header, type Qcow2Header, qcow2HeaderBytes } from "../lib/qcow2/header.ts";
import { quote } from "../lib/quote.ts";
import { type ImageInfo, infoProblem, parseImageInfo } from "./base-image-plan.ts";
import { type DiskFormat, fileFormat, isIso9660, readAt } from "./format.ts";
import { type QemuImgOptions, qemuImg } from "./qemu-img.ts";

/** A disk image as far as a boot disk on top of it is concerned. */
export interface BaseImage {
  readonly format: DiskFormat;
  /** An installation medium, which the boot disk stands beside instead of on top. */
  readonly iso: boolean;
  /** Size of the disk as a guest sees it. */
  readonly virtualSizeBytes: number;
}

/**
 * Looks at an image from outside before anything opens it. An image that names other files (a backing file, an external
 * data file, extents) could make QEMU read any file of this user into the guest, so it is refused.
 * @param origin where it came from, for messages
 * @throws UserError for an image that must not or cannot be used
 */
export async function inspectBaseImage(path: string, origin: string, options: QemuImgOptions): Promise<BaseImage> {
  const { size } = statSync(path);
  if (size === 0) throw new UserError(`image ${quote(origin)} is empty`);
  if (isIso9660(path)) return { format: "raw", iso: true, virtualSizeBytes: size };
  const format = fileFormat(path);
  if (format === "raw") return { format, iso: false, virtualSizeBytes: size };
  // QEMU opens the files an image names while it looks at it: those of a qcow2 are found before by its header.
  if (format === "qcow2") checkHeader(readHeader(path, origin), size, origin);
  const info = await readInfo(path, format, origin, options);
  const problem = infoProblem(info, path);
  if (problem !== undefined) throw new UserError(`image ${quote(origin)} ${problem}`);
  return { format, iso: false, virtualSizeBytes: info.virtualSizeBytes };
}

async function readInfo(path: string, format: DiskFormat, origin: string, options: QemuImgOptions): Promise<ImageInfo> {
  try {
    return parseImageInfo(await qemuImg(["info", "-f", format, "--output=json", "--force-share", path], options));
  } catch (error) {
    if (!(error instanceof ExecError)) throw error;
    throw new UserError(`image ${quote(origin)} cannot be read: ${error.result.stderr.trim()}`, { cause: error });
  }
}

function checkHeader(header: Qcow2Header, size: number, origin: string): void {
  const refuse = (why: string): never => {
    throw new UserError(`image ${quote(origin)} ${why}`);
  };
  if (header.backingFile !== undefined) refuse(`must not have a backing file, but names ${quote(header.backingFile)}`);
  if (header.externalData) {
    const name = header.externalDataFile === undefined ? "" : `, but names ${quote(header.externalDataFile)}`;
    refuse(`must not have an external data file${name}`);
  }
  if (header.tablesEnd > size) refuse("cannot be read: it is cut off (hint: was it downloaded completely?)");
  if (header.encrypted) refuse("is encrypted, which is not supported");
  if (header.corrupt) refuse("is marked as corrupt (hint: `qemu-img check -r all` may repair it)");
}

function readHeader(path: string, origin: string): Qcow2Header {
  try {
    return parseQcow2Header(readAt(path, 0, qcow2HeaderBytes));
  } catch (error) {
    throw new UserError(`image ${quote(origin)} cannot be read: ${errorText(error)}`, { cause: error });
  }
}

/** Size that a guest sees of a disk this program or Lima made. */
export async function virtualSize(path: string, options: QemuImgOptions): Promise<number> {
  const format = fileFormat(path);
  if (format === "raw") return statSync(path).size;
  if (format === "qcow2") return readHeader(path, path).virtualSizeBytes;
  return (await readInfo(path, format, path, options)).virtualSizeBytes;
}
