import { expect } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { World } from "./limactl.ts";

export const sha256 = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");

/** A host directory that belongs to the person of a world. */
export function directory(world: World, ...names: readonly string[]): string {
  const path = join(world.home, ...names);
  mkdirSync(path, { recursive: true });
  chownSync(path, world.uid, world.uid);
  return path;
}

/** Directories of the host that an instance mounts, by what is tried on them. */
export interface Shared {
  /** Mounted writable at /mnt/shared; has the file `read`. */
  readonly writable: string;
  /** Mounted writable at the same path as on the host. */
  readonly spaces: string;
  /** Mounted read-only at /mnt/fixed; has the file `a`. */
  readonly fixed: string;
  /** Mounted writable at /mnt/shared/deep, and listed before what is at /mnt/shared. */
  readonly deep: string;
}

/** Makes them. @returns them, and the value of `mounts` */
export function shareDirectories(world: World, options = ""): { readonly shared: Shared; readonly mounts: string } {
  const shared = {
    writable: directory(world, "shared, with comma"),
    spaces: directory(world, "päth with 空 spaces"),
    fixed: directory(world, "fixed"),
    deep: directory(world, "elsewhere"),
  };
  writeFileSync(join(shared.writable, "read"), "from the host\n");
  writeFileSync(join(shared.fixed, "a"), "host\n");
  const mounts = `
- {location: ~/elsewhere, mountPoint: /mnt/shared/deep, writable: true${options}}
- {location: "~/shared, with comma", mountPoint: /mnt/shared, writable: true${options}}
- {location: ${JSON.stringify(shared.spaces)}, writable: true${options}}
- {location: "{{.Home}}/fixed", mountPoint: /mnt/fixed${options}}`;
  return { shared, mounts };
}

/**
 * A file of 1 GiB is read and written at its begin, in its middle and at its end. Its holes are left out: an emulated guest
 * takes minutes to hash all of it. @param writable a directory that is mounted writable at /mnt/shared
 */
export async function expectGibibyte(world: World, name: string, writable: string): Promise<void> {
  const guest = (script: string) => world.ok(["shell", "--workdir=/", name, "sh", "-ec", script]);
  const path = join(writable, "gibibyte");
  const places = [0, 511, 1023].map((at) => ({ at, bytes: randomBytes(1 << 20) }));
  writeFileSync(path, "");
  chownSync(path, statSync(writable).uid, statSync(writable).gid);
  truncateSync(path, 1 << 30);
  const file = openSync(path, "r+");
  for (const { at, bytes } of places) writeSync(file, bytes, 0, bytes.length, at << 20);
  const numbers = places.map(({ at }) => at).join(" ");
  const told = await guest(`cd /mnt/shared; stat -c %s gibibyte
    for n in ${numbers}; do dd if=gibibyte bs=1M skip=$n count=1 2>/dev/null | sha256sum | cut -d ' ' -f 1; done
    dd if=gibibyte of=gibibyte bs=1M seek=1022 count=1 conv=notrunc 2>/dev/null`);
  expect(told.trim().split("\n")).toEqual([`${1 << 30}`, ...places.map(({ bytes }) => sha256(bytes))]);
  const copied = Buffer.alloc(1 << 20);
  readSync(file, copied, 0, copied.length, 1022 << 20);
  closeSync(file);
  expect(copied.equals(places[0]?.bytes ?? copied.subarray(1))).toBe(true);
  rmSync(path);
}

/** What every type of mount does alike; docs/mounts.md says it. @param name the running instance */
export async function expectContract(
  world: World,
  name: string,
  shared: Shared,
  { megabytes, uid }: { readonly megabytes: number; readonly uid: number },
): Promise<void> {
  const guest = (script: string) => world.ok(["shell", "--workdir=/", name, "sh", "-ec", script]);
  const told = await guest(`
    cd /mnt/shared
    cat read
    echo one >written; echo two >>written
    echo x >old; echo y >new; mv old new
    ln -s new link; readlink link
    ln -s /etc/hostname absolute; cat absolute >/dev/null
    mkdir sub; echo y >'sub/ä ö 空'; ln -s ../read sub/up; cat sub/up
    echo z >mode; chmod 640 mode; ln mode hard
    truncate -s 8M sparse
    cp /bin/busybox busybox; ./busybox echo runs
    stat -c '%u %a' mode; id -u`);
  expect(told.split("\n")).toEqual(["from the host", "new", "from the host", "runs", `${uid} 640`, `${uid}`, ""]);
  const at = (path: string) => join(shared.writable, path);
  expect(readFileSync(at("written"), "utf8")).toBe("one\ntwo\n");
  expect(readFileSync(at("new"), "utf8")).toBe("x\n");
  expect(existsSync(at("old"))).toBe(false);
  expect(readlinkSync(at("link"))).toBe("new");
  expect(readlinkSync(at("absolute"))).toBe("/etc/hostname");
  expect(readdirSync(at("sub")).sort()).toEqual(["up", "ä ö 空"]);
  expect((statSync(at("mode")).mode & 0o777).toString(8)).toBe("640");
  expect(statSync(at("mode")).nlink).toBe(2);
  expect(statSync(at("written")).uid).toBe(uid);
  expect(statSync(at("sparse"))).toMatchObject({ size: 8 << 20, blocks: 0 });
  // in blocks of any size, which need not divide it
  const [blocks = 0, bytes = 0] = (await guest("stat -f -c '%b %S' /mnt/shared")).split(" ").map(Number);
  const { blocks: hostBlocks, bsize } = statfsSync(shared.writable);
  expect(((blocks * bytes) / (hostBlocks * bsize)).toFixed(2)).toBe("1.00");

  // a mount below another one
  await guest("echo deep >/mnt/shared/deep/f");
  expect(readFileSync(join(shared.deep, "f"), "utf8")).toBe("deep\n");

  // a mount point with blanks, and the working directory
  await world.ok(["shell", name, "sh", "-c", "echo hi >cwd"], { cwd: shared.spaces });
  expect(readFileSync(join(shared.spaces, "cwd"), "utf8")).toBe("hi\n");

  // read-only
  const { code, stderr } = await world.limactl([
    "shell",
    "--workdir=/",
    name,
    "sh",
    "-c",
    "cat /mnt/fixed/a; echo x >/mnt/fixed/b",
  ]);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/read-only/i);
  expect(readdirSync(shared.fixed)).toEqual(["a"]);

  // a big file in both directions
  const data = randomBytes(megabytes << 20);
  writeFileSync(at("big"), data);
  chmodSync(at("big"), 0o644);
  expect(await guest("sha256sum /mnt/shared/big | cut -d ' ' -f 1; cp /mnt/shared/big /mnt/shared/copy")).toBe(
    `${sha256(data)}\n`,
  );
  expect(sha256(readFileSync(at("copy")))).toBe(sha256(data));
  await expectGibibyte(world, name, shared.writable);
}
