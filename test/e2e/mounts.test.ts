import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";
import { directory, expectGibibyte, sha256 } from "../support/mount-contract.ts";

describe("host directories appear in the guest, by reverse-sshfs:", () => {
  test("are read and written, come back after a crash, and leave nothing behind", async () => {
    await using world = new World("ordinary");
    const shared = directory(world, "shared");
    const spaces = directory(world, "päth with 空 spaces");
    const fixed = directory(world, "fixed");
    const made = join(world.home, "made", "by limactl");
    writeFileSync(join(fixed, "a"), "host\n");
    symlinkSync(fixed, join(world.home, "a link"));
    writeFileSync(join(shared, "read"), "from the host\n");
    const mounts = JSON.stringify([
      { location: "~/shared", mountPoint: "/mnt/shared", writable: true },
      { location: spaces, writable: true },
      { location: "{{.Home}}/a link", mountPoint: "/mnt/fixed" },
      {
        ...{ location: made, mountPoint: "/mnt/shared/below it", writable: true },
        sshfs: { sftpDriver: "builtin" },
      },
    ]);
    const template = miniTemplate("mountType: reverse-sshfs\n", "", mounts);
    const run = await world.limactl(["start", "--tty=false", world.write("m.yaml", template)]);
    expect(run.stderr).toContain("READY.");
    expect(run.stderr).not.toContain("no effect yet");
    expect(run.stderr).toContain(`Mounting \`${shared}\` on \`/mnt/shared\``);
    expect(run.code).toBe(0);
    const guest = (script: string) => world.ok(["shell", "--workdir=/", "m", "sh", "-ec", script]);
    const refused = async (script: string) => {
      const { code, stderr } = await world.limactl(["shell", "--workdir=/", "m", "sh", "-c", script]);
      return code === 0 ? "" : stderr;
    };

    // reading and writing, each seen by the other side
    const told = await guest(`
      cd /mnt/shared
      cat read
      echo one >written; echo two >>written
      echo x >old; echo y >new; mv old new
      ln -s new link; readlink link
      mkdir sub; echo y >'sub/ä ö 空'
      echo z >mode; chmod 640 mode
      truncate -s 8M sparse
      stat -c '%u %a' mode; id -u`);
    const uid = String(world.uid);
    expect(told.split("\n")).toEqual(["from the host", "new", `${uid} 640`, uid, ""]);
    expect(readFileSync(join(shared, "written"), "utf8")).toBe("one\ntwo\n");
    expect(readFileSync(join(shared, "new"), "utf8")).toBe("x\n");
    expect(existsSync(join(shared, "old"))).toBe(false);
    expect(readlinkSync(join(shared, "link"))).toBe("new");
    expect(readdirSync(join(shared, "sub"))).toEqual(["ä ö 空"]);
    expect((statSync(join(shared, "mode")).mode & 0o777).toString(8)).toBe("640");
    expect(statSync(join(shared, "written")).uid).toBe(world.uid);
    expect(statSync(join(shared, "sparse"))).toMatchObject({ size: 8 << 20, blocks: 0 });

    // a mount point with blanks, the one below another, and the working directory
    await world.ok(["shell", "m", "sh", "-c", "echo hi >cwd"], { cwd: spaces });
    expect(readFileSync(join(spaces, "cwd"), "utf8")).toBe("hi\n");
    await guest("echo deep >'/mnt/shared/below it/f'");
    expect(readFileSync(join(made, "f"), "utf8")).toBe("deep\n");

    // read-only: the guest's root cannot get round it
    expect(await guest("cat /mnt/fixed/a")).toBe("host\n");
    expect(await refused("echo x >/mnt/fixed/b")).toMatch(/read-only/i);
    expect(await refused("sudo mount -o remount,rw /mnt/fixed && echo x >/mnt/fixed/a")).toMatch(
      /denied|not permitted/i,
    );
    expect(readdirSync(fixed)).toEqual(["a"]);
    expect(readFileSync(join(fixed, "a"), "utf8")).toBe("host\n");

    // the rest of the contract
    expect(await refused("sudo chown 12345 /mnt/shared/mode")).toMatch(/denied|not permitted/i);
    expect(await refused("mkfifo /mnt/shared/fifo")).toMatch(/not permitted|not supported|fail/i);
    expect(await guest("grep -c ' fuse.sshfs r[ow],nosuid,nodev,.*allow_other' /proc/mounts")).toBe("4\n");
    expect(await guest("sudo cat /mnt/shared/read")).toBe("from the host\n");
    await guest(
      "ln /mnt/shared/mode /mnt/shared/hard; ln -s /etc/hostname /mnt/shared/absolute; ln -s ../read /mnt/shared/sub/up",
    );
    expect(statSync(join(shared, "hard")).nlink).toBe(2);
    expect(readlinkSync(join(shared, "absolute"))).toBe("/etc/hostname");
    expect(await guest("cat /mnt/shared/absolute")).toBe(await guest("cat /etc/hostname"));
    expect(await guest("cat /mnt/shared/sub/up")).toBe("from the host\n");
    const { blocks } = statfsSync(shared);
    expect(Number(await guest("stat -f -c '%b %s' /mnt/shared | awk '{ print $1 }'"))).toBe(blocks);

    await guest("cd /mnt/shared; cp /bin/busybox busybox; ./busybox true");

    // a file of 64 MiB in both directions
    const data = randomBytes(64 << 20);
    writeFileSync(join(shared, "big"), data);
    chmodSync(join(shared, "big"), 0o644);
    expect(await guest("sha256sum /mnt/shared/big | cut -d ' ' -f 1; cp /mnt/shared/big /mnt/shared/copy")).toBe(
      `${sha256(data)}\n`,
    );
    expect(sha256(readFileSync(join(shared, "copy")))).toBe(sha256(data));

    await expectGibibyte(world, "m", shared);

    // the server is killed
    const servers = () =>
      world.processes().filter(({ argv }) => argv.slice(0, 2).some((word) => word.endsWith("sftp-server")));
    expect(servers()).toHaveLength(4);
    for (const { pid } of servers()) process.kill(pid, "SIGKILL");
    const back = "until cat '/mnt/shared/below it/f' /mnt/fixed/a 2>/dev/null; do sleep 0.1; done";
    await guest(back);
    // the connections are cut
    const clients = world.processes().filter(({ argv }) => argv.at(-1)?.includes("exec sshfs"));
    expect(clients).toHaveLength(4);
    for (const { pid } of clients) process.kill(pid, "SIGKILL");
    await guest(back);
    // sshfs in the guest is killed, and leaves a mount that answers nothing
    await guest(`sudo killall -9 sshfs; ${back}`);
    await guest("echo again >/mnt/shared/again");
    expect(readFileSync(join(shared, "again"), "utf8")).toBe("again\n");

    await world.ok(["stop", "m"]);
    const log = readFileSync(world.file("m", "ha.stderr.log"), "utf8");
    expect(log).toContain(`Unmounting \`${shared}\``);
    expect(world.processes()).toEqual([]);
  }, 300_000);
});
