import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readlinkSync } from "node:fs";
import { writeContainerdArchive } from "../support/containerd-archive.ts";
import { always, failingRows, notPlain, type Row, untouched } from "../support/guest-table.ts";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";

const limit = 300_000;

/** Rows of the mini guest alone: it makes its user itself, and keeps its log where alpine-lima does. */
const mini: readonly Row[] = [
  { row: "sudo", script: `grep -qxF "$U ALL=(ALL) NOPASSWD:ALL" /etc/sudoers.d/90-lima-users` },
  {
    row: "log",
    script: `grep -q "^LIMA .*| Exiting with code 0$" /var/log/lima-init.log; [ -L /var/log/cloud-init-output.log ]`,
  },
];

/** Rows of additional disks, mounted and swapped on. */
const disks: readonly Row[] = [
  {
    row: "data disk",
    script: `grep -q "^/dev/vdb1 /mnt/lima-data ext4 " /proc/mounts; blkid /dev/vdb1 | grep -q "LABEL=.lima-data."
      [ "$(tune2fs -l /dev/vdb1 | sed -n "s/^Inode size:[[:space:]]*//p")" = 128 ]`,
  },
  { row: "swap", script: `grep -q "^/dev/vdc1 " /proc/swaps` },
];

/**
 * A root in memory that looks like Alpine's, as a namespace of the guest: runs the module that keeps its directories on a
 * volume of their own. What is mounted below one of them must be mounted again.
 */
const alpineBoot = `set -eu
root=$(mktemp -d); mount -t tmpfs root "$root"; cd "$root"
mkdir -p etc home/share root tmp usr/local/bin var/lib dev proc sys run mnt/lima-cidata usr/bin usr/sbin usr/lib usr/lib64
for d in dev sys usr/bin usr/sbin usr/lib usr/lib64 mnt/lima-cidata; do mount --bind "/$d" "$d"; done
for d in bin sbin lib lib64; do ln -s "usr/$d" "$d"; done
mount -t proc proc proc; mount -t proc host "home/share"
echo 3.20 >etc/alpine-release; echo "made by $1" >"home/$1"; echo "$1" >etc/resolv.conf
printf '#!/bin/sh\necho "$@" >>/tmp/apk\n' >usr/local/bin/apk; chmod 755 usr/local/bin/apk
PATH=/mnt/lima-cidata/util:/usr/local/bin:$PATH chroot . /mnt/lima-cidata/boot/Linux/04-persistent-data-volume.sh >&2
chroot . sh -c 'grep " /mnt/data " /proc/mounts | cut -d " " -f 1,3; ls /home; cat /etc/resolv.conf /tmp/apk
  for d in /etc /home /root /tmp /usr/local /var/lib; do grep -q "^/dev/vdd1 $d ext4 " /proc/mounts || echo "$d is not kept"; done
  ls /home/share/self/status'
`;

const withDisks = `
additionalDisks:
- name: data
  fsArgs: ["-I", "128"]
- name: swapped
  fsType: swap
- name: raw
  format: false
`;

describe("a boot of the mini guest", () => {
  let world: World;
  const subject = (instance: string) => ({
    world,
    instance,
    user: world.user,
    uid: world.uid,
    home: `/home/${world.user}.guest`,
  });
  const disk = (name: string) => `${world.limaHome}/_disks/${name}`;

  beforeAll(async () => {
    world = new World("ordinary");
    await world.ok(["create", "--tty=false", "--name=m", world.write("m.yaml", miniTemplate(withDisks))]);
    for (const name of ["data", "swapped", "raw"]) {
      const script = 'mkdir -p "$1" && qemu-img create -q -f qcow2 "$1/datadisk" 64M';
      expect((await world.startProgram(["sh", "-c", script, "-", disk(name)]).finished).stderr).toBe("");
    }
    await world.ok(["start", "--tty=false", "m"]);
  }, limit);

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  test(
    "leaves what the specification's table says",
    async () => {
      expect(await failingRows(subject("m"), [...always, ...notPlain, ...mini])).toEqual([]);
    },
    limit,
  );

  test(
    "formats, mounts and marks the additional disks",
    async () => {
      const raw = { row: "not to be formatted", script: "[ -b /dev/vdd ]; [ ! -e /dev/vdd1 ]; [ ! -e /mnt/lima-raw ]" };
      expect(await failingRows(subject("m"), [...disks, raw])).toEqual([]);
      for (const name of ["data", "swapped", "raw"])
        expect(readlinkSync(`${disk(name)}/in_use_by`)).toBe(`${world.limaHome}/m`);
      const log = await Bun.file(world.file("m", "ha.stderr.log")).text();
      expect(log).toContain("Mounting disk `data` on `/mnt/lima-data`");
      expect(log).toContain("Mounting disk `swapped` on `[SWAP]`");
    },
    limit,
  );

  test(
    "of an Alpine in memory keeps its directories on the first empty disk, and finds them there again",
    async () => {
      const start = ["shell", "m", "sudo", "unshare", "-m", "sh", "-s"];
      const kept = "/home/share/self/status\n";
      const first = await world.ok([...start, "one"], { stdin: alpineBoot });
      expect(first).toBe(`/dev/vdd1 ext4\none\nshare\none\nfix --no-network\n${kept}`);
      const second = await world.ok([...start, "two"], { stdin: alpineBoot });
      expect(second).toBe(`/dev/vdd1 ext4\none\nshare\ntwo\nfix --no-network\nfix --no-network\n${kept}`);
    },
    limit,
  );

  test(
    "with a disk that another instance uses, or that does not exist, says so and starts nothing",
    async () => {
      const other = world.write("o.yaml", miniTemplate("additionalDisks: [{name: data}]\n"));
      const run = await world.limactl(["start", "--tty=false", "--name=o", other]);
      expect(run.code).toBe(1);
      expect(run.stderr).toContain("in use by instance `m`");
      const missing = world.write("n.yaml", miniTemplate("additionalDisks: [{name: none}]\n"));
      const absent = await world.limactl(["start", "--tty=false", "--name=n", missing]);
      expect(absent.code).toBe(1);
      expect(absent.stderr).toContain("limactl disk create none --size=SIZE");
      expect(readlinkSync(`${disk("data")}/in_use_by`)).toBe(`${world.limaHome}/m`);
    },
    limit,
  );

  test(
    "after a stop and a start leaves the same, with what was on the data disk",
    async () => {
      await world.ok(["shell", "m", "sudo", "sh", "-c", "echo kept >/mnt/lima-data/kept; sync"]);
      await world.ok(["stop", "m"]);
      for (const name of ["data", "swapped", "raw"]) expect(existsSync(`${disk(name)}/in_use_by`)).toBe(false);
      await world.ok(["start", "--tty=false", "m"]);
      const kept = { row: "kept file", script: '[ "$(cat /mnt/lima-data/kept)" = kept ]' };
      expect(await failingRows(subject("m"), [...always, ...notPlain, ...mini, ...disks, kept])).toEqual([]);
    },
    limit,
  );

  test(
    "that is killed frees its disks with the forced stop",
    async () => {
      await world.ok(["stop", "--force", "m"]);
      expect(() => readlinkSync(`${disk("data")}/in_use_by`)).toThrow("ENOENT");
      await world.ok(["delete", "m"]);
    },
    limit,
  );

  test(
    "in plain mode leaves what plain mode keeps, and nothing else",
    async () => {
      const provision = `plain: true
provision:
- mode: system
  script: echo system >>/var/tmp/order
- mode: user
  script: echo "user $(id -un)" >>/var/tmp/user-order
- mode: data
  path: /etc/plain/data
  content: here
`;
      await world.ok(["start", "--tty=false", "--name=p", world.write("p.yaml", miniTemplate(provision))]);
      const provisioned = {
        row: "provisioning",
        script: `[ "$(cat /var/tmp/order)" = system ]; [ "$(cat /var/tmp/user-order)" = "user $U" ]; [ "$(cat /etc/plain/data)" = here ]`,
      };
      expect(await failingRows(subject("p"), [...always, ...mini, ...untouched, provisioned])).toEqual([]);
      await world.ok(["delete", "--force", "p"]);
    },
    limit,
  );
});

test(
  "containerd in a guest without systemd is left out, and the start ends degraded, saying why",
  async () => {
    await using world = new World("ordinary");
    writeContainerdArchive(`${world.root}/nerdctl-full.tgz`);
    const archives = `containerd: {system: true, archives: [{location: ${world.root}/nerdctl-full.tgz, arch: x86_64}]}\n`;
    const run = await world.limactl([
      "start",
      "--tty=false",
      "--name=d",
      world.write("d.yaml", miniTemplate(archives)),
    ]);
    expect(run.stderr).toContain("containerd needs systemd in the guest");
    expect(run.stderr).toContain("DEGRADED");
    expect(run.code).toBe(1);
    const look = "test -s /mnt/lima-cidata/nerdctl-full.tgz && test ! -e /usr/local/bin/nerdctl && echo left out";
    expect(await world.ok(["shell", "d", "sudo", "sh", "-c", look])).toBe("left out\n");
    const [error = ""] = JSON.parse(await world.ok(["list", "--json", "d"])).errors;
    expect(error).toContain("systemd");
  },
  limit,
);

test(
  "a start without the archive of containerd warns with the remedy, and succeeds",
  async () => {
    await using world = new World("ordinary");
    const archives = "containerd: {user: true, archives: [{location: /nowhere/nerdctl-full.tgz, arch: x86_64}]}\n";
    const run = await world.limactl([
      "start",
      "--tty=false",
      "--name=c",
      world.write("c.yaml", miniTemplate(archives)),
    ]);
    expect(run.stderr).toContain(
      "containerd is not set up in the guest: failed to download `/nowhere/nerdctl-full.tgz`",
    );
    expect(run.stderr).toContain("--containerd=none");
    expect(run.stderr).toContain("READY.");
    expect(run.code).toBe(0);
  },
  limit,
);
