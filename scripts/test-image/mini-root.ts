import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { moduleFiles } from "./kernel-modules.ts";
import { run } from "./run.ts";

const lib = "usr/lib/x86_64-linux-gnu";

/** Programs and plug-ins taken from the packages, together with the libraries they load. */
const programs = [
  "bin/bash",
  "usr/bin/sudo usr/libexec/sudo/sudoers.so",
  "usr/sbin/sshd usr/lib/openssh/sftp-server usr/bin/ssh-keygen usr/bin/ssh usr/bin/scp",
  "lib/x86_64-linux-gnu/security/pam_permit.so lib/x86_64-linux-gnu/security/pam_env.so",
  "usr/bin/sshfs usr/bin/fusermount3 sbin/mount.fuse3",
  "bin/ip bin/ss sbin/bridge usr/sbin/xtables-nft-multi",
  "bin/mount bin/umount bin/findmnt bin/mountpoint bin/lsblk sbin/blkid sbin/sfdisk sbin/losetup sbin/mkswap",
  "sbin/mke2fs sbin/e2fsck sbin/resize2fs sbin/tune2fs",
  "usr/bin/getent usr/bin/iperf3 usr/bin/socat usr/bin/rsync",
].flatMap((line) => line.split(" "));

/** Libraries that are loaded by name at run time, by the C library or by Bun programs. */
const libraries =
  "libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 libnss_files.so.2 libnss_dns.so.2 libgcc_s.so.1";

const setuid = ["sudo", "fusermount3", "mount", "umount"].map((name) => `usr/bin/${name}`);

const links: Readonly<Record<string, string>> = {
  bin: "usr/bin",
  sbin: "usr/sbin",
  lib: "usr/lib",
  lib64: "usr/lib64",
  "var/run": "/run",
  "etc/mtab": "/proc/self/mounts",
  "usr/bin/rbash": "bash",
  "usr/sbin/mkfs.ext4": "mke2fs",
  "usr/sbin/fsck.ext4": "e2fsck",
  "usr/sbin/iptables": "xtables-nft-multi",
  "usr/sbin/ip6tables": "xtables-nft-multi",
  "usr/sbin/iptables-save": "xtables-nft-multi",
  "usr/sbin/iptables-restore": "xtables-nft-multi",
};

const folders =
  "usr/bin usr/sbin usr/lib usr/lib64 usr/local/bin usr/local/sbin dev proc sys run tmp mnt root home opt boot etc/skel var/log var/lib var/tmp var/empty";

/** Applets of busybox that live in sbin; all others live in bin. */
const sbinApplets = new Set(
  "init modprobe insmod rmmod depmod lsmod poweroff reboot halt udhcpc switch_root acpid ifconfig route getty findfs sysctl mdev swapon swapoff fdisk syslogd klogd adduser addgroup chpasswd pivot_root blockdev hwclock fstrim".split(
    " ",
  ),
);

const modules =
  "virtio_pci virtio_blk virtio_net virtio_scsi virtio_console virtio_rng virtio_balloon virtio_input sr_mod sd_mod isofs fuse virtiofs overlay vmw_vsock_virtio_transport vfat nls_cp437 nls_ascii nls_iso8859_1 evdev button loop tun nf_tables nft_compat nft_chain_nat iptable_nat iptable_filter xt_nat xt_conntrack xt_MASQUERADE xt_REDIRECT xt_tcpudp xt_comment xt_addrtype br_netfilter bridge veth tcp_diag udp_diag".split(
    " ",
  );

/** Text files of the root file system that are short enough to stand here. */
const texts: Readonly<Record<string, string>> = {
  "etc/passwd":
    "root:x:0:0:root:/root:/bin/bash\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
  // A password of `!` would lock the account for keys as well.
  "etc/shadow": "root:*:19000:0:99999:7:::\nsshd:*:19000::::::\nnobody:*:19000::::::\n",
  "etc/group": "root:x:0:\ntty:x:5:\nsudo:x:27:\nshadow:x:42:\nusers:x:100:\nnogroup:x:65534:\n",
  "etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n",
  "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
  "etc/hostname": "mini\n",
  "etc/shells": "/bin/sh\n/bin/bash\n",
  "etc/fuse.conf": "user_allow_other\n",
  "etc/os-release":
    'NAME="Mini Linux"\nID=mini\nID_LIKE=debian\nVERSION_ID=1\nPRETTY_NAME="Mini Linux (Debian 12 binaries)"\n',
  "etc/environment": "",
  "etc/security/pam_env.conf": "",
  "etc/sudoers":
    'Defaults env_reset\nDefaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) NOPASSWD:ALL\n@includedir /etc/sudoers.d\n',
  "etc/skel/.bashrc": "case $- in *i*) PS1='\\u@\\h:\\w\\$ ' ;; esac\n",
  "etc/skel/.profile": '[ ! -f "$HOME/.bashrc" ] || . "$HOME/.bashrc"\n',
};

const pam = ["auth", "account", "session", "password"].map((kind) => `${kind} required pam_permit.so\n`).join("");
const pamServices = ["sshd", "sudo", "sudo-i", "other"];

/** Files beside this one, by their place in the guest. */
const ownFiles: Readonly<Record<string, string>> = {
  "etc/inittab": "inittab",
  "etc/profile": "profile",
  "etc/ssh/sshd_config": "sshd_config",
  "etc/rc.d/boot": "rc-boot.sh",
  "etc/rc.d/functions": "rc-functions.sh",
  "etc/rc.d/late": "rc-late.sh",
  "etc/rc.d/sshd": "rc-sshd.sh",
  "etc/rc.d/udhcpc": "udhcpc.sh",
  // busybox's acpid runs the script with the event's name.
  "etc/acpi/PWRF/00000080": "powerbutton.sh",
};

/**
 * Lays out the mini guest's root file system: a few programs out of an unpacked tree of Debian packages, busybox for all
 * the rest, and the scripts of `mini/`.
 * @param packages folder with the unpacked packages, not configured
 * @param root folder to fill
 * @param more modules of the kernel besides those of every mini guest
 * @returns version of the kernel among the packages
 */
export async function layOutMiniRoot(packages: string, root: string, more: readonly string[]): Promise<string> {
  for (const folder of folders.split(" ")) mkdirSync(join(root, folder), { recursive: true });
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
  for (const path of ["tmp", "var/tmp"]) chmodSync(join(root, path), 0o1777);
  chmodSync(join(root, "root"), 0o700);

  await copyPrograms(packages, root);
  await linkBusybox(packages, root);
  for (const path of setuid) chmodSync(join(root, path), 0o4755);
  cpSync(join(packages, lib, "xtables"), join(root, lib, "xtables"), { recursive: true, dereference: true });
  writeCertificates(packages, root);
  cpSync(join(packages, "lib/terminfo"), join(root, "usr/lib/terminfo"), { recursive: true });

  for (const [path, text] of Object.entries(texts)) put(root, path, text, 0o644);
  for (const service of pamServices) {
    const environment = service === "sshd" ? "session required pam_env.so readenv=1\n" : "";
    put(root, `etc/pam.d/${service}`, `${pam}${environment}`, 0o644);
  }
  mkdirSync(join(root, "etc/sudoers.d"), { mode: 0o750 });
  chmodSync(join(root, "etc/sudoers"), 0o440);
  chmodSync(join(root, "etc/shadow"), 0o600);
  for (const [path, name] of Object.entries(ownFiles)) {
    put(root, path, readFileSync(join(import.meta.dir, "mini", name)), name.endsWith(".sh") ? 0o755 : 0o644);
  }
  return await copyModules(packages, root, more);
}

function put(root: string, path: string, content: string | Uint8Array, mode: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  chmodSync(join(root, path), mode);
}

const loader = "lib64/ld-linux-x86-64.so.2";

/** The first words of a command that runs a packaged program on this machine, with the packaged libraries. */
function runPackaged(packages: string): readonly string[] {
  const searched = [lib, "lib/x86_64-linux-gnu", "usr/libexec/sudo"].map((path) => join(packages, path)).join(":");
  return [join(packages, loader), "--library-path", searched];
}

async function copyPrograms(packages: string, root: string): Promise<void> {
  for (const program of [...programs, ...libraries.split(" ").map((name) => `lib/x86_64-linux-gnu/${name}`), loader]) {
    copyOne(packages, root, program);
    if (program === loader) continue;
    const listing = await run([...runPackaged(packages), "--list", join(packages, locate(packages, program))]);
    for (const [path] of listing.matchAll(/\/\S+\.so\S*/g)) {
      if (path.startsWith(`${packages}/`)) copyOne(packages, root, path.slice(packages.length + 1));
    }
  }
}

/** Copies a file to its place in a tree whose bin, sbin and lib are links into usr. */
function copyOne(packages: string, root: string, path: string): void {
  const place = path.startsWith("usr/") ? path : `usr/${path}`;
  if (existsSync(join(root, place))) return;
  mkdirSync(dirname(join(root, place)), { recursive: true });
  copyFileSync(join(packages, locate(packages, path)), join(root, place));
}

/** Where a file is among the packages: some put into bin what others put into usr/bin. */
function locate(packages: string, path: string): string {
  const other = path.startsWith("usr/") ? path.slice(4) : `usr/${path}`;
  const found = [path, other].find((candidate) => existsSync(join(packages, candidate)));
  if (found === undefined) throw new Error(`the packages hold no ${path}`);
  return found;
}

async function linkBusybox(packages: string, root: string): Promise<void> {
  copyOne(packages, root, "bin/busybox");
  const applets = (await run([join(root, "usr/bin/busybox"), "--list"])).split("\n").filter(Boolean);
  for (const applet of applets) {
    if (existsSync(join(root, "usr/bin", applet)) || existsSync(join(root, "usr/sbin", applet))) continue;
    symlinkSync("/usr/bin/busybox", join(root, sbinApplets.has(applet) ? "usr/sbin" : "usr/bin", applet));
  }
}

function writeCertificates(packages: string, root: string): void {
  const folder = join(packages, "usr/share/ca-certificates/mozilla");
  const all = readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"));
  put(root, "etc/ssl/certs/ca-certificates.crt", all.join(""), 0o644);
}

async function copyModules(packages: string, root: string, more: readonly string[]): Promise<string> {
  const [version] = readdirSync(join(packages, "lib/modules"));
  if (version === undefined) throw new Error("the packages hold no kernel");
  const depmod = [...runPackaged(packages), "--argv0", "depmod", join(packages, "bin/kmod"), "-b"];
  await run([...depmod, packages, version]);
  const from = join(packages, "lib/modules", version);
  const to = join(root, "usr/lib/modules", version);
  for (const file of filesOfModules(from, [...modules, ...more])) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    copyFileSync(join(from, file), join(to, file));
  }
  for (const name of ["modules.order", "modules.builtin"]) copyFileSync(join(from, name), join(to, name));
  await run([...depmod, root, version]);
  return version;
}

/** The files, below a kernel's module folder, that the named modules need. */
export function filesOfModules(folder: string, names: readonly string[]): readonly string[] {
  const text = (name: string) => readFileSync(join(folder, name), "utf8");
  return moduleFiles(text("modules.dep"), text("modules.builtin"), names);
}
