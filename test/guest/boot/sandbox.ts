import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const bootScripts = join(import.meta.dir, "../../../src/guest/boot");
const media = "/mnt/lima-cidata";

/** What the guests' /bin/sh is: bash, or BusyBox's. */
export type GuestShell = "bash" | "ash";
export const guestShells: readonly GuestShell[] = ["bash", "ash"];

/** Applets that stand for packages, services and devices: a test that wants them brings stand-ins. */
const without =
  /^(busybox|dpkg.*|rpm.*|modprobe|mount|umount|blkid|swapon|mkswap|reboot|chown|date|stat|sysctl|uname|deluser|adduser|addgroup|hostname|passwd|chpasswd|ifconfig|ip|unshare)$/;

const applets = spawnSync("busybox", ["--list"], { encoding: "utf8" }).stdout.split("\n").filter(Boolean);

/**
 * BusyBox without some applets: Debian's build prefers applets to programs of the same name, which stand-ins are. The last
 * letter of their names is changed, and the table of names stays sorted.
 */
const busyboxBytes = (() => {
  const bytes = readFileSync("/bin/busybox");
  const table = bytes.indexOf("\0acpid\0");
  for (const name of ["chown", "date", "modprobe", "stat", "sysctl", "umount", "uname"]) {
    const at = applets.indexOf(name);
    const [before = "", after = "~"] = [applets[at - 1], applets[at + 1]];
    const other = [..."AZz~"].map((end) => name.slice(0, -1) + end).find((each) => before < each && each < after);
    if (other !== undefined) bytes.write(other, bytes.indexOf(`\0${name}\0`, table) + 1);
  }
  return bytes;
})();

/** How a script ended, with its output and errors together. */
export interface Ran {
  readonly code: number;
  readonly output: string;
}

/**
 * A root file system with BusyBox, one shell, the media's scripts, and stand-ins for programs that write down how they
 * were called. Scripts run in it by chroot, as root of a namespace of their own.
 */
export class Sandbox implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), "boot-sandbox-"));

  constructor(private readonly shell: GuestShell) {
    for (const folder of ["bin", "dev", "etc", "proc", "run", "tmp", "home", "root", "sbin", "usr/bin", "usr/sbin"]) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    const busybox = join(this.root, "bin/busybox");
    writeFileSync(busybox, busyboxBytes);
    chmodSync(busybox, 0o755);
    for (const applet of applets) {
      if (!without.test(applet)) linkSync(busybox, join(this.root, "bin", applet));
    }
    if (shell === "bash") this.bringBash();
    for (const folder of ["boot", "util", "drivers"])
      cpSync(join(bootScripts, folder), join(this.root, media, folder), { recursive: true });
    // As the media are mounted: everything may be executed.
    for (const name of readdirSync(join(this.root, media), { recursive: true, encoding: "utf8" }))
      chmodSync(join(this.root, media, name), 0o755);
    this.program("chown");
    this.program("sudo", sudo);
    this.file("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nkim:x:1234:1234:Kim:/home/kim.guest:/bin/sh\n");
    this.file("/etc/group", "root:x:0:\nkim:x:1234:\n");
    mkdirSync(join(this.root, "home/kim.guest"));
  }

  /** Writes a file. @param path absolute in the sandbox */
  file(path: string, text: string, mode = 0o644): void {
    const place = join(this.root, path);
    mkdirSync(dirname(place), { recursive: true });
    rmSync(place, { force: true });
    writeFileSync(place, text);
    chmodSync(place, mode);
  }

  /**
   * Brings a program that writes down its name and arguments, a line for each call, and then runs `body`.
   * @param path its name, for /bin, or an absolute path
   */
  program(path: string, body = ""): void {
    const place = path.startsWith("/") ? path : `/bin/${path}`;
    this.file(place, `#!/bin/sh\necho "\${0##*/}\${*:+ $*}" >>/calls\n${body}\n`, 0o755);
  }

  link(target: string, path: string): void {
    symlinkSync(target, join(this.root, path));
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  exists(path: string): boolean {
    return lstatSync(join(this.root, path), { throwIfNoEntry: false }) !== undefined;
  }

  /** Calls of the stand-ins so far; they are forgotten. */
  calls(): readonly string[] {
    if (!this.exists("/calls")) return [];
    const lines = this.read("/calls").trimEnd().split("\n");
    rmSync(join(this.root, "calls"));
    return lines;
  }

  /** Runs a script of the media. @param script path on the media @param variables `LIMA_CIDATA_` is put before their names */
  run(script: string, variables: Readonly<Record<string, string | number>> = {}, args: readonly string[] = []): Ran {
    const values = { MNT: media, USER: "kim", UID: 1234, HOME: "/home/kim.guest", IID: "iid-1", ...variables };
    const env = Object.entries(values).map(
      ([name, value]) => `${name.startsWith("LIMA_") ? "" : "LIMA_CIDATA_"}${name}=${value}`,
    );
    const paths = `PATH=${media}/util:/bin:/sbin:/usr/bin:/usr/sbin`;
    const shell = this.shell === "bash" ? ["/bin/bash"] : ["/bin/busybox", "ash"];
    const command = ["env", "-i", ...env, paths, "LIMA_REBOOT_REQUIRED=/run/lima-reboot-required", ...shell];
    const prepare =
      'for d in null zero urandom; do : >"$0/dev/$d"; mount --bind "/dev/$d" "$0/dev/$d" || exit; done; exec chroot "$0" "$@"';
    const { status, stdout, stderr } = spawnSync(
      "unshare",
      [
        ...["--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child"],
        ...["sh", "-c", prepare, this.root, ...command, `${media}/${script}`, ...args],
      ],
      { encoding: "utf8", timeout: 30_000 },
    );
    return { code: status ?? -1, output: stdout + stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** bash and what it loads, at the places where the loader looks. */
  private bringBash(): void {
    const listed = spawnSync("ldd", ["/bin/bash"], { encoding: "utf8" }).stdout;
    for (const path of ["/bin/bash", ...[...listed.matchAll(/\/\S+/g)].map(([found]) => found)]) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      copyFileSync(path, join(this.root, path));
    }
    rmSync(join(this.root, "bin/sh"));
    symlinkSync("bash", join(this.root, "bin/sh"));
  }
}

/** Runs the command that it is given, as root as everything here. */
const sudo = `while [ $# -gt 0 ]; do
  case $1 in
  -u | -iu) shift 2 ;;
  -*) shift ;;
  *=*) export "$1"; shift ;;
  *) break ;;
  esac
done
exec "$@"`;
