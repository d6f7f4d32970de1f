import { describe, expect, test } from "bun:test";
import { chownSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";
import { expectContract, shareDirectories } from "../support/mount-contract.ts";

describe("host directories in the guest, by 9p", () => {
  test("are read and written as an ordinary user, and end with the machine", async () => {
    await using world = new World("ordinary");
    const { shared, mounts } = shareDirectories(world);
    const template = miniTemplate("mountType: 9p\n", "", mounts, "mini-generic");
    await world.ok(["start", "--tty=false", world.write("m.yaml", template)]);
    await expectContract(world, "m", shared, { megabytes: 64, uid: world.uid });
    // what is read-only is so whatever the guest's root does
    await world.limactl([
      ...["shell", "--workdir=/", "m", "sudo", "sh", "-c", "mount -o remount,rw /mnt/fixed; echo x >/mnt/fixed/a"],
    ]);
    expect(readFileSync(join(shared.fixed, "a"), "utf8")).toBe("host\n");
    await world.ok(["stop", "m"]);
    expect(world.processes()).toEqual([]);
  }, 300_000);
});

// QEMU 7.2's own virtiofsd, which Debian 12 has, runs for root alone
describe.if(process.getuid?.() === 0)("host directories in the guest, by virtiofs", () => {
  test("are read and written as root, and the daemons end with the machine", async () => {
    await using world = new World();
    const { shared, mounts } = shareDirectories(world);
    await world.ok(["start", "--tty=false", world.write("m.yaml", miniTemplate("mountType: virtiofs\n", "", mounts))]);
    const guest = (script: string) => world.ok(["shell", "--workdir=/", "m", "sh", "-ec", script]);
    const uid = Number(await guest("id -u"));
    for (const path of Object.values(shared)) chownSync(path, uid, uid);
    await expectContract(world, "m", shared, { megabytes: 64, uid });
    expect(await guest("cd /mnt/shared; sudo chown 12345 mode; stat -c %u mode")).toBe("12345\n");
    await world.ok(["stop", "m"]);
    expect(world.processes()).toEqual([]);
  }, 300_000);
});
