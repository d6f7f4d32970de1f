import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { makeDisk } from "./disk.ts";
import { filesOfModules, layOutMiniRoot } from "./mini-root.ts";
import { installPackages } from "./packages.ts";
import type { Recipe, Workplace } from "./recipe.ts";
import { run, runAsRoot } from "./run.ts";

const packages =
  "bash busybox-static ca-certificates e2fsprogs fdisk fuse3 iperf3 iproute2 iptables libc-bin mount ncurses-base openssh-client openssh-server openssh-sftp-server rsync socat sshfs sudo systemd-boot-efi util-linux";

/** Emulated on a busy host, the timer's interrupts may come too late for the kernel's check of them: it would panic, silently. */
const cmdline = "root=LABEL=mini-root rw console=ttyS0 quiet loglevel=3 no_timer_check";

/** Modules without which the root file system cannot be mounted. */
const diskModules = ["virtio_pci", "virtio_blk", "ext4"];

/** A kernel for the mini guest. */
interface Kernel {
  readonly package: string;
  /** Modules besides those of every mini guest. */
  readonly modules: readonly string[];
  /** Modules that ext4 asks for by what they do, in the order of loading, where the kernel has them apart. */
  readonly checksums: readonly string[];
}

/**
 * The mini guest: boots in seconds, has neither cloud-init nor systemd. Words on the kernel command line break it on
 * purpose: `mini.nonet` (no DHCP), `mini.nosshd` (no sshd), `mini.panic` (the kernel panics after init).
 */
export const mini: Recipe = miniRecipe("mini", {
  package: "linux-image-cloud-amd64",
  modules: [],
  checksums: [],
});

/** The mini guest with Debian's generic kernel, which has 9p. */
export const miniGeneric: Recipe = miniRecipe("mini-generic", {
  package: "linux-image-amd64",
  modules: ["9p", "9pnet_virtio"],
  checksums: ["crc32c_generic"],
});

function miniRecipe(name: Recipe["name"], kernel: Kernel): Recipe {
  return {
    name,
    sources: ["mini", "mini.ts", "mini-root.ts", "kernel-modules.ts", "packages.ts", "disk.ts"],
    keyPackages: [kernel.package, "openssh-server", "busybox-static"],
    build: (place) => buildMini(place, name, kernel),
  };
}

async function buildMini({ work, out, log }: Workplace, name: string, kernelUsed: Kernel): Promise<void> {
  log(`${name} guest: fetching packages`);
  const tar = await installPackages(work, {
    variant: "extract",
    packages: [...packages.split(" "), kernelUsed.package],
  });
  const tree = join(work, "packages");
  mkdirSync(tree);
  await run(["tar", "-C", tree, "-xf", tar, "--no-same-owner", "--exclude=./dev/*"]);
  rmSync(tar);

  log(`${name} guest: laying out the root file system`);
  const root = join(work, "root");
  const version = await layOutMiniRoot(tree, root, kernelUsed.modules);
  const initrd = join(out, "initrd");
  await makeInitrd(work, join(tree, "lib/modules", version), [...kernelUsed.checksums, ...diskModules], initrd);
  const kernel = join(out, "vmlinuz");
  copyFileSync(join(tree, "boot", `vmlinuz-${version}`), kernel);
  writeFileSync(join(out, "cmdline"), `${cmdline}\n`);

  log(`${name} guest: writing the disk`);
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
async function makeInitrd(
  work: string,
  kernelModules: string,
  wanted: readonly string[],
  output: string,
): Promise<void> {
  const tree = join(work, "packages");
  const folder = join(work, "initrd");
  for (const name of ["bin", "dev", "proc", "sys", "root", "modules"])
    mkdirSync(join(folder, name), { recursive: true });
  copyFileSync(join(tree, "bin/busybox"), join(folder, "bin/busybox"));
  copyFileSync(join(import.meta.dir, "mini/init.sh"), join(folder, "init"));
  for (const name of ["bin/busybox", "init"]) chmodSync(join(folder, name), 0o755);
  const files = filesOfModules(kernelModules, wanted);
  for (const file of files) copyFileSync(join(kernelModules, file), join(folder, "modules", basename(file)));
  writeFileSync(join(folder, "modules.list"), files.map((file) => `${basename(file)}\n`).join(""));

  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const cpio = join(work, "initrd.cpio");
  const stdin = names.map((name) => `${name}\n`).join("");
  await run(["cpio", "-o", "-H", "newc", "-R", "0:0", "--quiet", "-O", cpio], { cwd: folder, stdin });
  await run(["lz4", "-q", "-l", "-9", "-f", cpio, output]);
}
