import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Disk image formats that are told apart by their first bytes; anything else is raw. */
export type DiskFormat = "qcow2" | "vmdk" | "vhdx" | "vdi" | "parallels" | "vpc" | "asif" | "raw";

/** Bytes from the start that `formatOf` needs. */
const headerBytes = 512;

/** Format of an image by its first 512 bytes. */
export function formatOf(header: Uint8Array): DiskFormat {
  const text = Buffer.from(header.buffer, header.byteOffset, Math.min(header.byteLength, 128));
  const starts = (magic: string): boolean => text.subarray(0, magic.length).toString("latin1") === magic;
  if (starts("QFI\xfb")) return "qcow2";
  if (starts("KDMV") || starts("COWD") || starts("# Disk DescriptorFile")) return "vmdk";
  if (starts("vhdxfile")) return "vhdx";
  if (text.length >= 68 && text.readUInt32LE(64) === 0xbeda107f) return "vdi";
  if (starts("WithoutFreeSpace") || starts("WithouFreSpacExt")) return "parallels";
  if (starts("conectix")) return "vpc";
  return starts("shdw") ? "asif" : "raw";
}

/** Format of an image file. */
export function fileFormat(path: string): DiskFormat {
  return formatOf(readAt(path, 0, headerBytes));
}

/** ECMA-119 8.1: the first volume descriptor is at sector 16 and holds `CD001` after its type. */
export function isIso9660(path: string): boolean {
  return Buffer.from(readAt(path, 16 * 2048 + 1, 5)).toString("latin1") === "CD001";
}

/** Bytes of the file at an offset; fewer at its end. */
export function readAt(path: string, offset: number, length: number): Uint8Array {
  const fd = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, fstatSync(fd).size - offset)));
    let done = 0;
    while (done < buffer.length) {
      const count = readSync(fd, buffer, done, buffer.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return buffer.subarray(0, done);
  } finally {
    closeSync(fd);
  }
}
