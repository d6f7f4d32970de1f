import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mount } from "../../../src/config/types.ts";
import { SshfsMounts } from "../../../src/hostagent/mounts/sshfs-mounts.ts";
import { withoutMaster } from "../../../src/store/ssh-plan.ts";
import { recordingLogger } from "../../image/support/server.ts";
import { host } from "../../vm/support/host.ts";
import { sshdDirectory, startSshd, type TestSshd } from "../sshd.ts";

// real processes on a machine that may be busy
setDefaultTimeout(30_000);

let directory: string;
let sshd: TestSshd;

/** A guest whose sshfs only notes in the test's table of mounts what it would mount, until its input ends. */
beforeAll(async () => {
  directory = await sshdDirectory();
  const table = join(directory, "mounts");
  const bin = join(directory, "bin");
  mkdirSync(bin);
  mkdirSync(table);
  const sshfs = [
    "#!/bin/sh",
    String.raw`printf '%s\n' "$1 $2 fuse.sshfs rw" | sed 's/\\/\\134/g' >${table}/$$`,
    "cat >/dev/null",
    `rm ${table}/$$`,
  ];
  writeFileSync(join(bin, "sshfs"), sshfs.join("\n"), { mode: 0o755 });
  const fusermount = ["#!/bin/sh", `rm $(grep -lF " $3 fuse.sshfs " ${table}/*)`];
  writeFileSync(join(bin, "fusermount3"), fusermount.join("\n"), { mode: 0o755 });
  sshd = await startSshd({
    directory,
    config: [
      `ForceCommand PATH=${bin}:$PATH; eval "$(printf '%s\\n' "$SSH_ORIGINAL_COMMAND" | sed s#/proc/mounts#'${table}/*'#g)"`,
    ],
  });
});

afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

/** The mounts of the table, as `LOCATION POINT`. */
const table = () =>
  readdirSync(join(directory, "mounts"))
    .map((name) =>
      readFileSync(join(directory, "mounts", name), "utf8")
        .split(" ")
        .slice(0, 2)
        .join(" "),
    )
    .sort();

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await Bun.sleep(5);
}

/** sftp-servers that this process started for a location. */
function servers(location: string): readonly number[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
  return children
    .split(" ")
    .filter(Boolean)
    .map(Number)
    .filter((pid) => {
      const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return argv[0]?.endsWith("sftp-server") && argv.includes(location);
    });
}

type Pair = readonly [location: string, mountPoint: string];

const mounts = (...pairs: readonly Pair[]) => mountsOf(pairs);

function mountsOf(pairs: readonly Pair[], awayMs?: number) {
  const logger = recordingLogger();
  const changes: (readonly string[])[] = [];
  const options = [
    ["User", sshd.user],
    ["IdentityFile", sshd.keyFile],
    ["StrictHostKeyChecking", "no"],
    ["UserKnownHostsFile", "/dev/null"],
    ["BatchMode", "yes"],
  ].map(([key = "", value = ""]) => ({ key, value }));
  const service: SshfsMounts = new SshfsMounts({
    host: host({ env: { PATH: process.env.PATH } }),
    logger,
    mounts: pairs.map(([location, mountPoint]) => ({
      location: join(directory, location),
      mountPoint: join(directory, "guest", mountPoint),
      writable: true,
      sshfs: { cache: true, followSymlinks: false, sftpDriver: "" },
    })) as unknown as readonly Mount[],
    access: Promise.resolve({
      program: { command: ["ssh"], version: [9, 2, 1], gssapi: false, aes: true },
      options: withoutMaster(options),
      endpoint: { address: "127.0.0.1", port: sshd.port },
    }),
    onChange: () => changes.push(service.problems),
    ...(awayMs === undefined ? {} : { awayMs }),
  });
  return { service, lines: logger.lines, changes };
}

const row = (location: string, point: string) => `:${join(directory, location)} ${join(directory, "guest", point)}`;

describe("reverse-sshfs mounts", () => {
  test("are there when the start ends, told in the log, and gone when the stop ends", async () => {
    const { service, lines } = mounts(["a", "a"], ["b", "b"]);
    await service.start();
    expect(service.problems).toEqual([]);
    expect(table()).toEqual([row("a", "a"), row("b", "b")]);
    expect(existsSync(join(directory, "a"))).toBe(true);
    expect(service.health()).toEqual({ kind: "well" });
    expect(lines).toContain(`info: Mounting \`${directory}/a\` on \`${directory}/guest/a\``);
    await service.stop();
    expect(lines).toContain(`info: Unmounting \`${directory}/a\``);
    expect(servers(join(directory, "a"))).toEqual([]);
    await until(() => table().length === 0);
  });

  test("are seen in the table whatever letters the mount point has, also where their location is a link", async () => {
    mkdirSync(join(directory, "behind"));
    symlinkSync("behind", join(directory, "link"));
    const { service, lines } = mounts(["link", String.raw`back\sl'ash`]);
    await service.start();
    expect(lines.filter((line) => line.startsWith("warning"))).toEqual([]);
    expect(table()).toEqual([String.raw`:${directory}/link/. ${directory}/guest/back\134sl'ash`]);
    await service.stop();
    await until(() => table().length === 0);
  });

  test("come back when the server was killed, and when the connection was cut", async () => {
    const { service, lines } = mounts(["a", "a"]);
    await service.start();
    const mounted = () => lines.filter((line) => line.includes("Mounting")).length;
    const running = servers(join(directory, "a"));
    expect(running).toHaveLength(1);
    for (const pid of running) process.kill(pid, "SIGKILL");
    await until(() => mounted() === 2 && table().length === 1);
    expect(lines).toContain(
      `warning: \`${directory}/guest/a\` is no longer mounted: sftp-server ended: signal: SIGKILL; mounting it again`,
    );
    await sshd.cutConnections();
    await until(() => mounted() === 3);
    await service.stop();
    expect(servers(join(directory, "a"))).toEqual([]);
  });

  test.each([
    ["for a moment are no problem, and it is told that they are there again", 600_000, false],
    ["for longer are a problem, until they are there again", 0, true],
  ])("that are away %s", async (_, awayMs, isProblem) => {
    const { service, changes, lines } = mountsOf([["a", "a"]], awayMs);
    await service.start();
    expect(changes).toEqual([]);
    const sshfs = join(directory, "bin/sshfs");
    const good = readFileSync(sshfs);
    writeFileSync(sshfs, "#!/bin/sh\nexit 3\n");
    for (const pid of servers(join(directory, "a"))) process.kill(pid, "SIGKILL");
    const failed = () => lines.filter((line) => line.startsWith("debug: failed to mount")).length;
    await until(() => failed() >= 3);
    expect(changes.length > 0).toBe(isProblem);
    writeFileSync(sshfs, good);
    await until(() => lines.includes(`info: \`${directory}/guest/a\` is mounted now`));
    expect(service.problems).toEqual([]);
    await service.stop();
  });

  test("wait for the one that holds their mount point", async () => {
    const { service, lines } = mounts(["a", "x/y"], ["b", "x"]);
    await service.start();
    const order = lines.filter((line) => line.includes("Mounting")).map((line) => line.slice(-2, -1));
    expect(order).toEqual(["x", "y"]);
    await service.stop();
  });

  test("that cannot be made are a problem, told once in the log, and one no longer once they can", async () => {
    writeFileSync(join(directory, "file"), "");
    const { service, changes, lines } = mounts(["file/below", "a"], ["b", "b"], ["a", "a/c"]);
    await service.start();
    expect(service.problems).toEqual([
      expect.stringMatching(/^failed to mount `.*\/file\/below` on `.*\/guest\/a`: .*not a directory/),
      expect.stringMatching(/^failed to mount `.*\/a` on `.*\/guest\/a\/c`: the mount that holds/),
    ]);
    expect(table()).toContain(row("b", "b"));
    rmSync(join(directory, "file"));
    await until(() => service.problems.length === 0);
    expect(changes.at(-1)).toEqual([]);
    const told = lines.filter((line) => line.startsWith("info: ") && line.includes(`\`${directory}/guest/a\``));
    expect(told).toEqual([
      `info: Mounting \`${directory}/file/below\` on \`${directory}/guest/a\``,
      `info: \`${directory}/guest/a\` is mounted now`,
    ]);
    await service.stop();
  });

  test("that sshfs refuses are a problem with its words", async () => {
    const sshfs = join(directory, "bin/sshfs");
    const good = readFileSync(sshfs);
    writeFileSync(sshfs, "#!/bin/sh\necho fuse: mount failed >&2\nexit 3\n");
    const { service } = mounts(["a", "a"]);
    await service.start();
    expect(service.problems).toEqual([
      expect.stringMatching(/^failed to mount .*: sshfs in the guest ended: exit status 3: fuse: mount failed$/),
    ]);
    await service.stop();
    writeFileSync(sshfs, good);
  });
});
