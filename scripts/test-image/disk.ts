import { cpSync, mkdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";

const mebibyte = 1024 * 1024;

/** What boots: paths of the kernel, the initial RAM disk and the boot loader (an EFI program), and the kernel's words. */
export interface BootFiles {
  readonly kernel: string;
  readonly initrd: string;
  readonly loader: string;
  readonly cmdline: string;
}

export interface DiskOptions {
  readonly boot: BootFiles;
  /** A raw ext4 file system for the second partition. */
  readonly rootImage: string;
  /** The qcow2 file to write. */
  readonly output: string;
}

/**
 * Makes a disk that UEFI boots: a GPT with a FAT system partition, holding systemd-boot, the kernel and the initial RAM
 * disk, and the root file system behind it, compressed as qcow2.
 */
export async function makeDisk(work: string, options: DiskOptions): Promise<void> {
  const { boot, rootImage, output } = options;
  const espMebibytes = Math.ceil((statSync(boot.kernel).size + statSync(boot.initrd).size) / mebibyte) + 36;
  const esp = join(work, "esp.img");
  await makeSystemPartition(work, esp, espMebibytes, boot);

  const disk = join(work, "disk.raw");
  const rootMebibytes = Math.ceil(statSync(rootImage).size / mebibyte);
  writeFileSync(disk, "");
  truncateSync(disk, (espMebibytes + rootMebibytes + 2) * mebibyte);
  const partitions = ["-n", `1:2048:+${espMebibytes}M`, "-t", "1:ef00", "-n", `2:0:+${rootMebibytes}M`, "-t", "2:8304"];
  await run(["sgdisk", ...partitions, disk]);
  await copyInto(esp, disk, 1);
  await copyInto(rootImage, disk, espMebibytes + 1);
  await run(["qemu-img", "convert", "-c", "-o", "compression_type=zstd", "-f", "raw", "-O", "qcow2", disk, output]);
}

async function makeSystemPartition(work: string, image: string, mebibytes: number, boot: BootFiles): Promise<void> {
  const tree = join(work, "esp");
  mkdirSync(join(tree, "EFI/BOOT"), { recursive: true });
  mkdirSync(join(tree, "loader/entries"), { recursive: true });
  cpSync(boot.loader, join(tree, "EFI/BOOT/BOOTX64.EFI"));
  cpSync(boot.kernel, join(tree, "vmlinuz"));
  cpSync(boot.initrd, join(tree, "initrd"));
  writeFileSync(join(tree, "loader/loader.conf"), "timeout 0\ndefault guest.conf\n");
  const entry = `title Linux\nlinux /vmlinuz\ninitrd /initrd\noptions ${boot.cmdline}\n`;
  writeFileSync(join(tree, "loader/entries/guest.conf"), entry);
  writeFileSync(image, "");
  truncateSync(image, mebibytes * mebibyte);
  await run(["mkfs.vfat", "-F", "32", "-n", "ESP", image]);
  const names = ["EFI", "loader", "vmlinuz", "initrd"].map((name) => join(tree, name));
  await run(["mcopy", "-s", "-i", image, ...names, "::"], { env: { MTOOLS_SKIP_CHECK: "1" } });
}

async function copyInto(image: string, disk: string, mebibytes: number): Promise<void> {
  await run(["dd", `if=${image}`, `of=${disk}`, "bs=1M", `seek=${mebibytes}`, "conv=notrunc,sparse", "status=none"]);
}
