import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeDisk } from "./disk.ts";
import { installPackages } from "./packages.ts";
import type { Recipe, Workplace } from "./recipe.ts";
import { run, runAsRoot } from "./run.ts";

const packages =
  "ca-certificates cloud-init cloud-initramfs-growroot containerd curl dbus dbus-user-session e2fsprogs iproute2 iptables libpam-systemd linux-image-cloud-amd64 lz4 netplan.io openssh-server python3 rsync sshfs sudo systemd-boot-efi systemd-resolved systemd-sysv systemd-timesyncd uidmap";

/** Packages of the `important` priority that a cloud image has no use for, or that would compete with netplan. */
const unwanted = "ifupdown nano tasksel tasksel-data vim-tiny vim-common";

/** What dpkg leaves out: texts that nobody reads in a test guest. */
const leftOut = [
  "/usr/share/man/*",
  "/usr/share/info/*",
  "/usr/share/lintian/*",
  "/usr/share/locale/*",
  "/usr/share/doc/*",
];

/** Emulated on a busy host, the timer's interrupts may come too late for the kernel's check of them: it would panic, silently. */
const cmdline = "root=LABEL=rootfs rw console=tty0 console=ttyS0 no_timer_check";

/** The Debian guest: a real cloud image with systemd and cloud-init, as Debian's own are, booted by UEFI. */
export const debian: Recipe = {
  name: "debian",
  sources: ["debian", "debian.ts", "packages.ts", "disk.ts"],
  keyPackages: ["linux-image-cloud-amd64", "cloud-init", "systemd", "openssh-server"],
  build: buildDebian,
};

async function buildDebian({ work, out, log }: Workplace): Promise<void> {
  const hooks = join(import.meta.dir, "debian");
  // As text, because hooks run as another user, whom the way to this file may be closed to.
  const script = (name: string) => readFileSync(join(hooks, name), "utf8");
  log("debian guest: installing packages (2 to 4 minutes)");
  const tar = await installPackages(work, {
    variant: "important",
    packages: packages.split(" "),
    arguments: [
      ...leftOut.map((path) => `--dpkgopt=path-exclude=${path}`),
      "--dpkgopt=path-include=/usr/share/doc/*/copyright",
      `--essential-hook=${script("before-packages.sh")}`,
      `--customize-hook=chroot "$1" dpkg --purge ${unwanted}`,
      `--customize-hook=upload ${join(hooks, "cloud.cfg")} /etc/cloud/cloud.cfg.d/95_test_guest.cfg`,
      `--customize-hook=upload ${join(hooks, "fstab")} /etc/fstab`,
      `--customize-hook=${script("after-packages.sh")}`,
    ],
  });

  log("debian guest: writing the root file system");
  const rootImage = join(work, "root.ext4");
  const unpack = `mkdir "$1" && tar -C "$1" -xf "$2" --numeric-owner --exclude='./dev/*' &&
    mke2fs -q -t ext4 -E lazy_itable_init=1 -L rootfs -d "$1" "$3" 2G`;
  const root = join(work, "root");
  await runAsRoot(["sh", "-c", unpack, "sh", root, tar, rootImage]);
  const boot = join(work, "boot");
  mkdirSync(boot);
  await run(["tar", "-C", boot, "-xf", tar, "--no-same-owner", "./boot", "./usr/lib/systemd/boot/efi"]);
  rmSync(tar);

  log("debian guest: compressing the disk");
  const named = (start: string): string => {
    const name = readdirSync(join(boot, "boot")).find((entry) => entry.startsWith(start));
    if (name === undefined) throw new Error(`the packages hold no ${start}*`);
    return join(boot, "boot", name);
  };
  const loader = join(boot, "usr/lib/systemd/boot/efi/systemd-bootx64.efi");
  const files = { kernel: named("vmlinuz-"), initrd: named("initrd.img-"), loader, cmdline };
  const output = join(work, "disk.qcow2");
  await makeDisk(work, { boot: files, rootImage, output });
  renameSync(output, join(out, "disk.qcow2"));
}
