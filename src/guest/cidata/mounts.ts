import { mountTag } from "../../config/mount-tag.ts";
import type { Config, Mount } from "../../config/types.ts";
import { errorText, UserError } from "../../lib/errors.ts";
import { parseSize } from "../../lib/sizes.ts";

/** A line of the guest's fstab. */
export interface MountRow {
  readonly tag: string;
  readonly mountPoint: string;
  readonly fsType: string;
  readonly options: string;
}

/**
 * The rows that cloud-init mounts, in this order: those of 9p and virtiofs, as lima.yaml lists them, but for one that holds
 * another's mount point, which would hide it. The host mounts reverse-sshfs itself.
 */
export function mountRows(config: Config, rosetta: boolean): readonly MountRow[] {
  const rows = holdersFirst(config.mounts.map((mount, index) => ({ mount, index }))).flatMap(({ mount, index }) => {
    const of = (fsType: string, options: string) => [
      { tag: mountTag(mount), mountPoint: mount.mountPoint, fsType, options },
    ];
    if (config.mountType === "9p")
      return of(config.os === "FreeBSD" ? "p9fs" : "9p", ninePOptions(config, index, mount));
    if (config.mountType === "virtiofs") return of("virtiofs", virtiofsOptions(config, mount));
    return [];
  });
  const rosettaRow = { tag: "vz-rosetta", mountPoint: "/mnt/lima-rosetta", fsType: "virtiofs", options: "defaults" };
  return rosetta ? [rosettaRow, ...rows] : rows;
}

type Listed = { readonly mount: Mount; readonly index: number };

function holdersFirst(listed: readonly Listed[]): readonly Listed[] {
  const ordered: Listed[] = [];
  for (const each of listed) {
    const root = `${each.mount.mountPoint.replace(/\/+$/, "")}/`;
    const first = ordered.findIndex(({ mount }) => mount.mountPoint.startsWith(root) && mount.mountPoint !== root);
    ordered.splice(first < 0 ? ordered.length : first, 0, each);
  }
  return ordered;
}

function ninePOptions(config: Config, index: number, mount: Mount): string {
  const access = mount.writable ? "rw" : "ro";
  if (config.os === "FreeBSD") return `${access},failok`;
  const { protocolVersion, msize, cache } = mount["9p"];
  return `${access},trans=virtio,version=${protocolVersion},msize=${messageBytes(msize, index)},cache=${cache},nofail`;
}

function messageBytes(msize: string, index: number): number {
  try {
    return parseSize(msize);
  } catch (cause) {
    throw new UserError(`field \`mounts[${index}].9p.msize\` has an invalid value: ${errorText(cause)}`, { cause });
  }
}

function virtiofsOptions(config: Config, mount: Mount): string {
  const access = mount.writable ? "rw" : "ro";
  if (config.os === "Darwin") return access;
  return `${access},${config.os === "FreeBSD" ? "failok" : "nofail"}`;
}
