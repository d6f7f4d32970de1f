import { lstatSync, readlinkSync, realpathSync, renameSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileFormat, readAt } from "../image/format.ts";
import { qemuImg } from "../image/qemu-img.ts";
import type { Host } from "../lib/host.ts";
import { parseQcow2Header, qcow2HeaderBytes } from "../lib/qcow2/header.ts";
import { relativeName } from "./clone-plan.ts";

/**
 * Makes a qcow2 image name its backing file relative to itself, where that is a file of the instance directory.
 * Nothing but the name in its header changes.
 * @param directory the instance directory that the name may lead into, whether the image is there or in a copy of it
 */
export async function relativiseBacking(host: Host, image: string, directory: string): Promise<void> {
  // What a symlink leads to belongs to someone else.
  if (!lstatSync(image, { throwIfNoEntry: false })?.isFile() || fileFormat(image) !== "qcow2") return;
  const { backingFile, backingFormat } = parseQcow2Header(readAt(image, 0, qcow2HeaderBytes));
  if (backingFile === undefined) return;
  const name = relativeName(realPlace(backingFile), join(directory, basename(image)), directory);
  if (name === undefined) return;
  const format = backingFormat ?? fileFormat(join(dirname(image), name));
  await qemuImg(["rebase", "-u", "-F", format, "-b", name, image], { env: host.env });
}

/** Makes a symlink lead to its file of the instance directory by a relative path. */
export function relativiseLink(link: string, directory: string): void {
  const target = relativeName(readlinkSync(link), link, directory);
  if (target === undefined) return;
  const temporary = `${link}.${process.pid}.tmp`;
  symlinkSync(target, temporary);
  renameSync(temporary, link);
}

/** A path whose directories are no symlinks, where they exist. */
function realPlace(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}
