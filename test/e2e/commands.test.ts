import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { World } from "../support/limactl.ts";
import { createStopped, noGuest, records, said } from "../support/records.ts";

let world: World;
beforeAll(() => {
  world = new World();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const limit = 60_000;
const stored = (name: string) => readFileSync(world.file(name, "lima.yaml"), "utf8");

describe("clone and rename", () => {
  const quiet = { code: 0, stdout: "", records: [] };
  const backing = (name: string) =>
    JSON.parse(
      spawnSync("qemu-img", ["info", "--output=json", world.file(name, "diffdisk")], { encoding: "utf8" }).stdout,
    )["backing-filename"];
  const rebase = (name: string) =>
    spawnSync("qemu-img", [
      "rebase",
      "-u",
      "-F",
      "raw",
      "-b",
      world.file(name, "basedisk"),
      world.file(name, "diffdisk"),
    ]);

  test(
    "a clone has what belongs to the instance and nothing of its runs, and says nothing",
    async () => {
      await createStopped(world, "old");
      mkdirSync(world.file("old", "swtpm"));
      mkdirSync(world.file("old", "sub"), { mode: 0o750 });
      for (const name of ["swtpm/state", "ha.pid.tmp", "state.json", "sub/file"]) {
        writeFileSync(world.file("old", name), "{}");
      }
      writeFileSync(world.file("old", "vz-identifier"), "id");
      symlinkSync(world.file("old", "basedisk"), world.file("old", "image-link"));
      await world.ok(["protect", "old"]);
      rebase("old");
      expect(await said(world, ["clone", "old", "new", "--cpus=1"])).toEqual(quiet);
      expect(readdirSync(world.file("new", "")).sort()).toEqual(
        [
          "basedisk",
          "cloud-config.yaml",
          "diffdisk",
          "image-link",
          "lima-version",
          "lima.yaml",
          "sub",
          "vz-identifier",
        ].sort(),
      );
      expect(backing("new")).toBe("basedisk");
      expect(readlinkSync(world.file("new", "image-link"))).toBe("basedisk");
      expect(readFileSync(world.file("new", "vz-identifier"), "utf8")).toBe("");
      expect(statSync(world.file("new", "sub")).mode & 0o777).toBe(0o750);
      expect(statSync(world.file("new", "lima-version")).mode & 0o777).toBe(0o444);
      expect(statSync(world.file("new", "")).mode & 0o777).toBe(0o700);
      expect(JSON.parse(await world.ok(["list", "--json", "new"]))).toMatchObject({ cpus: 1, hostname: "lima-new" });
      // The original is untouched.
      expect(stored("old")).toBe(noGuest);
      expect(backing("old")).toBe(world.file("old", "basedisk"));
    },
    limit,
  );

  test(
    "a renamed instance keeps its protection, and its disk finds its image",
    async () => {
      await createStopped(world, "before");
      await world.ok(["protect", "before"]);
      rebase("before");
      writeFileSync(world.file("before", "ha.stdout.log"), "");
      writeFileSync(world.file("before", "ssh.sock"), "");
      expect(await said(world, ["rename", "before", "after"])).toEqual(quiet);
      expect(existsSync(world.file("before", ""))).toBe(false);
      expect(backing("after")).toBe("basedisk");
      expect(existsSync(world.file("after", "ssh.sock"))).toBe(false);
      expect(JSON.parse(await world.ok(["list", "--json", "after"]))).toMatchObject({
        protected: true,
        status: "Stopped",
      });
    },
    limit,
  );

  test(
    "an edit that is refused leaves the clone as it was cloned",
    async () => {
      await createStopped(world, "src");
      const run = await said(world, ["clone", "src", "copy", "--set", ".cpus=-1"], { cwd: world.root });
      expect(run.code).toBe(1);
      expect(run.records[0]).toContain("saved the buffer as `lima.REJECTED.yaml`");
      expect(stored("copy")).toBe(noGuest);
    },
    limit,
  );

  test.each([
    [["clone", "nobody", "x"], "instance `nobody` not found"],
    [["rename", "self", "self"], "new instance name `self` must be different from `self`"],
    [["clone", "self", "taken"], "instance `taken` already exists"],
    [["rename", "self", "taken"], "instance `taken` already exists"],
    [["clone", "self", "a..b"], "instance name `a..b` is not a valid identifier: identifier `a..b` must match"],
    [["clone", "self", "a.yaml"], "instance name `a.yaml` must not end with .yml or .yaml suffix"],
    [["clone", "self", ""], "got empty instName"],
  ])(
    "%j is refused",
    async (args, text) => {
      if (!existsSync(world.file("self", ""))) {
        await createStopped(world, "self");
        mkdirSync(world.file("taken", ""));
      }
      const before = readdirSync(world.limaHome);
      const run = await said(world, args);
      expect(run.code).toBe(1);
      expect(run.records.at(-1)).toContain(text);
      expect(readdirSync(world.limaHome)).toEqual(before);
    },
    limit,
  );

  test(
    "a name that is too long for the sockets is refused before anything is copied",
    async () => {
      const env = { LIMA_HOME: join(world.root, "x".repeat(60)) };
      await world.ok(["create", "--name=s", "-"], { stdin: noGuest, env });
      const run = await said(world, ["rename", "s", "n".repeat(30)], { env });
      expect(run.code).toBe(1);
      expect(run.records.at(-1)).toContain("must be less than UNIX_PATH_MAX=108 characters");
      expect(readdirSync(env.LIMA_HOME).filter((name) => !name.startsWith("_"))).toEqual(["s"]);
    },
    limit,
  );

  test(
    "--yes is warned about where it once answered the command's question",
    async () => {
      await createStopped(world, "yes1");
      const run = await said(world, ["clone", "-y", "yes1", "yes2"]);
      expect([run.code, run.stdout]).toEqual([0, ""]);
      expect(run.records).toHaveLength(1);
      expect(run.records[0]).toContain("--yes flag is deprecated");
    },
    limit,
  );
});

test(
  "restart of an instance that does not exist",
  async () => {
    expect((await said(world, ["restart", "nobody"])).records).toEqual([
      `fatal: open ${world.file("nobody", "lima.yaml")}: no such file or directory`,
    ]);
  },
  limit,
);

describe("commands into a guest", () => {
  test.each([["shell"], ["show-ssh"], ["tunnel"]])(
    "%s of an instance that does not exist",
    async (name) => {
      const run = await said(world, [name, "nobody"]);
      expect(run.code).toBe(1);
      expect(run.records.at(-1)).toBe(
        "fatal: instance `nobody` does not exist, run `limactl create nobody` to create a new instance",
      );
    },
    limit,
  );

  test.each([
    [["shell", "off"], 1],
    [["shell", "--instance", "off", "true"], 1],
    [["shell", "--sync", ".", "off"], 1],
    [["tunnel", "off"], 1],
    [["copy", "a", "off:b"], 1],
    [["copy", "--backend=scp", "off:a", "b"], 1],
  ])(
    "%j of a stopped one",
    async (args, code) => {
      if (!existsSync(world.file("off", ""))) await createStopped(world, "off");
      const run = await said(world, args);
      expect(run.code).toBe(code);
      expect(run.records.at(-1)).toBe(
        "fatal: instance `off` is stopped, run `limactl start off` to start the instance",
      );
    },
    limit,
  );

  test.each([
    [["copy", "--backend=tar", "a", "b"], "fatal: invalid backend `tar`, must be one of: scp, rsync, auto"],
    [["copy", "--backend=rsync", "nobody:a", "b"], "fatal: rsync not available on guest(s)"],
    [["tunnel", "--type=http", "off"], "fatal: unknown tunnel type: `http`"],
    [["tunnel", "--socks-port=80", "off"], "fatal: invalid socks port 80"],
    [["show-ssh", "--format=json", "off"], "fatal: unknown format: `json`"],
  ])(
    "%j is refused",
    async (args, text) => {
      if (!existsSync(world.file("off", ""))) await createStopped(world, "off");
      expect((await said(world, args)).records.at(-1)).toBe(text);
    },
    limit,
  );

  test(
    "copy without the programs says which",
    async () => {
      const bare = { env: { PATH: "/nowhere" } };
      const missing = (name: string) => `exec: "${name}": executable file not found in $PATH`;
      expect((await said(world, ["copy", "a", "b"], bare)).records.at(-1)).toBe(
        `fatal: neither rsync nor scp found on host: ${missing("scp")}`,
      );
      expect((await said(world, ["copy", "--backend=scp", "a", "b"], bare)).records.at(-1)).toBe(
        `fatal: scp not found on host: ${missing("scp")}`,
      );
      expect((await said(world, ["copy", "--backend=rsync", "a", "b"], bare)).records.at(-1)).toBe(
        `fatal: rsync not found on host: ${missing("rsync")}`,
      );
    },
    limit,
  );

  test(
    "show-ssh warns that it is deprecated, and prints a configuration that ssh reads",
    async () => {
      if (!existsSync(world.file("off", ""))) await createStopped(world, "off");
      const run = await said(world, ["show-ssh", "--format=config", "off"]);
      expect(run.records).toEqual([
        `warning: \`limactl show-ssh\` is deprecated. Instead, use \`ssh -F ${world.file("off", "ssh.config")} lima-off\`.`,
      ]);
      const read = spawnSync(
        "ssh",
        ["-F", world.write("ssh.config", run.stdout.replace("Port 0", "Port 22")), "-G", "lima-off"],
        {
          encoding: "utf8",
        },
      );
      expect(read.stdout).toContain(`controlpath ${world.file("off", "ssh.sock")}\n`);
    },
    limit,
  );
});

test(
  "watch tells of new instances and of past events, and ends by the signal",
  async () => {
    await using own = new World();
    mkdirSync(own.limaHome, { recursive: true });
    const watch = own.start(["watch", "--history", "--json"]);
    const until = async (text: string) => {
      while (!watch.stderr().includes(text)) await Bun.sleep(10);
    };
    await until("Watching for events...");
    expect(watch.stderr()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d No instances found$/m);
    await own.ok(["create", "--name=w", "-"], { stdin: noGuest });
    writeFileSync(own.file("w", "ha.stdout.log"), '{"time":"2026-01-02T15:04:05Z","status":{"running":true}}\n');
    await until("New instance detected: w");
    await Bun.sleep(200);
    watch.kill("SIGTERM");
    const run = await watch.finished;
    expect([run.signal, run.stdout]).toEqual([
      "SIGTERM",
      '{"instance":"w","event":{"time":"2026-01-02T15:04:05Z","status":{"running":true}}}\n',
    ]);
    const text = own.start(["watch", "--history", "w", "nobody"], { env: { TZ: "UTC" } });
    while (!text.stderr().includes("Watching for events...")) await Bun.sleep(10);
    await Bun.sleep(300);
    text.kill("SIGINT");
    const shown = await text.finished;
    expect(shown.stdout).toBe("2026-01-02 15:04:05 w | running\n");
    expect(records(shown).some((each) => each.startsWith("warning: Failed to inspect instance `nobody`"))).toBe(true);
    mkdirSync(own.file("half", ""));
    const all = own.start(["watch"]);
    while (!all.stderr().includes("Watching for events...")) await Bun.sleep(10);
    // What is written once the watch says that it watches is told.
    appendFileSync(own.file("w", "ha.stdout.log"), '{"time":"2026-01-02T15:04:06Z","status":{"exiting":true}}\n');
    while (!all.stdout().includes("w | exiting")) await Bun.sleep(10);
    all.kill("SIGINT");
    const told = records(await all.finished);
    expect(told.filter((each) => each.includes("half"))).toEqual(["warning: Failed to inspect instance `half`"]);
    expect(told.at(-1)).toEndWith("Watching for events...");
    const alone = own.start(["watch", "nobody"]);
    while (!alone.stderr().includes("Watching for events...")) await Bun.sleep(10);
    await Bun.sleep(300);
    alone.kill("SIGINT");
    expect((await alone.finished).signal).toBe("SIGINT");
  },
  limit,
);
