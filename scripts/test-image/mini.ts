import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { makeDisk } from "./disk.ts";
import { filesOfModules, layOutMiniRoot } from "./mini-root.ts";
import { installPackages } from "./packages.ts";
import type { Recipe, Workplace } from "./recipe.ts";
import { run, runAsRoot } from "./run.ts";

const packages =
  "bash busybox-static ca-certificates e2fsprogs fdisk fuse3 iperf3 iproute2 iptables libc-bin linux-image-cloud-amd64 mount ncurses-base openssh-client openssh-server openssh-sftp-server rsync socat sshfs sudo systemd-boot-efi util-linux";

const cmdline = "root=LABEL=mini-root rw console=ttyS0 quiet loglevel=3";

/** Modules without which the root file system cannot be mounted. */
const diskModules = ["virtio_pci", "virtio_blk", "ext4"];

/**
 * The mini guest: boots in seconds, has neither cloud-init nor systemd. Words on the kernel command line break it on
 * purpose: `mini.nonet` (no DHCP), `mini.nosshd` (no sshd), `mini.panic` (the kernel panics after init).
 */
export const mini: Recipe = {
  name: "mini",
  sources: ["mini", "mini.ts", "mini-root.ts", "kernel-modules.ts", "packages.ts", "disk.ts"],
  keyPackages: ["linux-image-cloud-amd64", "openssh-server", "busybox-static"],
  build: buildMini,
};

async function buildMini({ work, out, log }: Workplace): Promise<void> {
  log("mini guest: fetching packages");
  const tar = await installPackages(work, { variant: "extract", packages: packages.split(" ") });
  const tree = join(work, "packages");
  mkdirSync(tree);
  await run(["tar", "-C", tree, "-xf", tar, "--no-same-owner", "--exclude=./dev/*"]);
  rmSync(tar);

  log("mini guest: laying out the root file system");
  const root = join(work, "root");
  const version = await layOutMiniRoot(tree, root);
  const initrd = join(out, "initrd");
  await makeInitrd(work, tree, version, initrd);
  const kernel = join(out, "vmlinuz");
  copyFileSync(join(tree, "boot", `vmlinuz-${version}`), kernel);
  writeFileSync(join(out, "cmdline"), `${cmdline}\n`);

  log("mini guest: writing the disk");
  const rootImage = join(work, "root.ext4");
  await runAsRoot([
    "mke2fs",
    "-q",
    "-t",
    "ext4",
    "-E",
    "lazy_itable_init=1",
    "-L",
    "mini-root",
    "-d",
    root,
    rootImage,
    "1G",
  ]);
  const loader = join(tree, "usr/lib/systemd/boot/efi/systemd-bootx64.efi");
  await makeDisk(work, { boot: { kernel, initrd, loader, cmdline }, rootImage, output: join(out, "disk.qcow2") });
}

/** An initial RAM disk of busybox, the disk's modules and a short script. */
async function makeInitrd(work: string, tree: string, version: string, output: string): Promise<void> {
  const folder = join(work, "initrd");
  for (const name of ["bin", "dev", "proc", "sys", "root", "modules"])
    mkdirSync(join(folder, name), { recursive: true });
  copyFileSync(join(tree, "bin/busybox"), join(folder, "bin/busybox"));
  copyFileSync(join(import.meta.dir, "mini/init.sh"), join(folder, "init"));
  for (const name of ["bin/busybox", "init"]) chmodSync(join(folder, name), 0o755);
  const modules = join(tree, "lib/modules", version);
  const files = filesOfModules(modules, diskModules);
  for (const file of files) copyFileSync(join(modules, file), join(folder, "modules", basename(file)));
  writeFileSync(join(folder, "modules.list"), files.map((file) => `${basename(file)}\n`).join(""));

  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const cpio = join(work, "initrd.cpio");
  const stdin = names.map((name) => `${name}\n`).join("");
  await run(["cpio", "-o", "-H", "newc", "-R", "0:0", "--quiet", "-O", cpio], { cwd: folder, stdin });
  await run(["lz4", "-q", "-l", "-9", "-f", cpio, output]);
}
