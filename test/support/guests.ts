import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

/** A test guest as `scripts/build-test-image.ts --print` tells it. */
export interface GuestImage {
  readonly guest: string;
  readonly disk: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly cmdline?: string;
}

const script = resolve(import.meta.dir, "../../scripts/build-test-image.ts");
const known = new Map<string, GuestImage>();

/** The files of a test guest; built and cached when absent. */
function guestImage(guest: "mini" | "mini-generic" | "debian"): GuestImage {
  const found = known.get(guest);
  if (found !== undefined) return found;
  const run = spawnSync(process.execPath, [script, guest, "--print"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = run.stdout.trim().split("\n").at(-1) ?? "";
  const image = JSON.parse(line) as GuestImage;
  known.set(guest, image);
  return image;
}

/**
 * A template of the mini guest, booted by its kernel directly.
 * @param extra YAML to append
 * @param cmdline more words for the kernel
 * @param mounts value of `mounts`, in YAML
 * @param guest `mini-generic` has a kernel with 9p
 */
export function miniTemplate(extra = "", cmdline = "", mounts = "[]", guest: "mini" | "mini-generic" = "mini"): string {
  const image = guestImage(guest);
  return `images:
- location: ${JSON.stringify(image.disk)}
  arch: x86_64
  kernel:
    location: ${JSON.stringify(image.kernel)}
    cmdline: ${JSON.stringify(`${image.cmdline} ${cmdline}`.trim())}
  initrd:
    location: ${JSON.stringify(image.initrd)}
cpus: 2
memory: 512MiB
disk: 2GiB
mounts: ${mounts}
${withoutContainerd(extra)}${extra}`;
}

/** A template of the Debian guest, booted by its firmware. @param extra YAML to append */
export function debianTemplate(extra = ""): string {
  const image = guestImage("debian");
  return `images:
- location: ${JSON.stringify(image.disk)}
  arch: x86_64
cpus: 2
memory: 1GiB
disk: 6GiB
mounts: []
${withoutContainerd(extra)}${extra}`;
}

/** Switches containerd off, unless the YAML that follows speaks of it. */
function withoutContainerd(extra: string): string {
  return /^containerd:/m.test(extra) ? "" : "containerd: {system: false, user: false}\n";
}
