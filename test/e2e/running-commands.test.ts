import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { miniTemplate } from "../support/guests.ts";
import { type Run, type Started, World } from "../support/limactl.ts";
import { converse } from "../support/terminal.ts";

const limit = 300_000;
let world: World;
let watch: Started;
let start: Run;

/** One guest for all tests of this file. */
beforeAll(async () => {
  world = new World();
  mkdirSync(world.limaHome);
  watch = world.start(["watch", "--json"]);
  start = await world.limactl(["start", "--tty=false", world.write("m.yaml", miniTemplate())]);
  if (start.code !== 0) throw new Error(start.stderr);
  tree = join(world.root, "a", "my tree");
  mkdirSync(join(tree, "sub dir"), { recursive: true });
  writeFileSync(join(tree, "script.sh"), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(join(tree, "sub dir", "50% file"), "deep\n");
  symlinkSync("script.sh", join(tree, "link"));
}, limit);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

let tree = "";
const guest = (...command: string[]) => world.ok(["shell", "m", ...command]);
const said = (run: Run) => run.stderr;

test(
  "watch told of the new instance and of the events of its start",
  async () => {
    watch.kill("SIGINT");
    const run = await watch.finished;
    expect(run.signal).toBe("SIGINT");
    expect(run.stderr).toContain("New instance detected: m");
    const events = run.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(new Set(events.map(({ instance }) => instance))).toEqual(new Set(["m"]));
    expect(events.some(({ event }) => event.status.sshLocalPort > 0)).toBe(true);
    expect(events.at(-1)?.event.status.running).toBe(true);
  },
  limit,
);

test("the start ended with the time of each phase, then READY; there was no status line", () => {
  const times =
    /level=info msg="Started in \d+\.\ds: preparation \d+\.\ds, QEMU up \d+\.\ds(, [\w -]+ \d+\.\ds)+"\n.*READY\. Run `limactl shell m`/;
  expect(start.stderr).toMatch(times);
  expect(start.stderr).not.toContain("waiting for network");
  expect(start.stderr).not.toContain("\u001b");
  for (const line of start.stderr.trimEnd().split("\n")) expect(line).toStartWith("time=");
});

describe("a running instance", () => {
  test.each([
    [["edit", "m", "--cpus=1"], "cannot edit a running instance"],
    [["clone", "m", "n"], "cannot clone a running instance"],
    [["rename", "m", "n"], "cannot rename a running instance"],
  ])(
    "refuses %j",
    async (args, text) => {
      const run = await world.limactl(args);
      expect(run.code).toBe(1);
      expect(said(run)).toContain(text);
    },
    limit,
  );

  test(
    "is reached by plain ssh with what show-ssh prints",
    async () => {
      const line = await world.ok(["show-ssh", "m"]);
      const env = { ...world.env };
      const byCommand = spawnSync("bash", ["-c", `${line.trim()} uname`], { encoding: "utf8", env });
      expect(byCommand).toMatchObject({ status: 0, stdout: "Linux\n" });
      const config = world.write("ssh.config", await world.ok(["show-ssh", "--format=config", "m"]));
      const byConfig = spawnSync("ssh", ["-F", config, "lima-m", "uname"], { encoding: "utf8", env });
      expect(byConfig).toMatchObject({ status: 0, stdout: "Linux\n" });
    },
    limit,
  );
});

describe.each(["scp", "rsync"])("copy by %s", (backend) => {
  const copy = (...args: string[]) => world.ok(["copy", `--backend=${backend}`, ...args]);

  test(
    "takes a file out and brings it back, with blanks in its name",
    async () => {
      const file = join(tree, "sub dir", "50% file");
      await copy(file, `m:/tmp/in ${backend}`);
      await copy(`m:/tmp/in ${backend}`, join(world.root, `back ${backend}`));
      expect(readFileSync(join(world.root, `back ${backend}`), "utf8")).toBe("deep\n");
      await copy(file, `m:rel-${backend}`);
      expect(await guest("cat", `rel-${backend}`)).toBe("deep\n");
    },
    limit,
  );

  test(
    "takes several sources",
    async () => {
      await guest("mkdir", "-p", `/tmp/many-${backend}`);
      await copy(join(tree, "script.sh"), join(tree, "sub dir", "50% file"), `m:/tmp/many-${backend}/`);
      expect((await guest("ls", `/tmp/many-${backend}`)).trim().split("\n")).toEqual(["50% file", "script.sh"]);
    },
    limit,
  );

  test(
    "-r takes a tree with its modes, and a slash at an end means what it means to scp",
    async () => {
      const to = `/tmp/tree-${backend}`;
      await copy("-r", tree, `m:${to}`);
      expect(await guest("stat", "-c", "%a", `${to}/script.sh`)).toBe("755\n");
      expect(await guest("cat", `${to}/sub dir/50% file`)).toBe("deep\n");
      await guest("mkdir", "-p", `/tmp/into-${backend}`);
      await copy("-r", `${tree}/`, `m:/tmp/into-${backend}/`);
      expect(await guest("cat", `/tmp/into-${backend}/my tree/sub dir/50% file`)).toBe("deep\n");
      const back = join(world.root, `tree-${backend}`);
      await copy("-r", `m:${to}`, back);
      expect(readFileSync(join(back, "sub dir", "50% file"), "utf8")).toBe("deep\n");
      if (backend === "rsync") expect(readlinkSync(join(back, "link"))).toBe("script.sh");
    },
    limit,
  );

  test(
    "ends with the tool's code, and says nothing of its own",
    async () => {
      const run = await world.limactl(["copy", `--backend=${backend}`, "/nowhere/x", "m:"]);
      // scp ended with 1 for a missing source until it spoke SFTP.
      expect(backend === "scp" ? [1, 255] : [23]).toContain(run.code as number);
      expect(run.stderr).not.toContain("level=fatal");
    },
    limit,
  );
});

test(
  "copy within a guest, by its name on both sides",
  async () => {
    await world.ok(["copy", "m:/etc/os-release", "m:/tmp/os-copy"]);
    expect(await guest("cat", "/tmp/os-copy")).toBe(await guest("cat", "/etc/os-release"));
  },
  limit,
);

describe("shell --sync", () => {
  const shell = (dir: string, command: readonly string[]) =>
    world.limactl(["shell", "--tty=false", "--sync", dir, "m", ...command], { cwd: world.root });

  test(
    "works on a copy, and brings the changes back when the command ends well",
    async () => {
      const dir = join(world.root, "sync", "ok");
      mkdirSync(dir, { recursive: true });
      for (const name of ["kept", "gone"]) writeFileSync(join(dir, name), "old\n");
      symlinkSync("kept", join(dir, "link"));
      const run = await shell("sync/ok", ["sh", "-c", "pwd; rm gone; echo new > 'a b'; chmod 600 kept"]);
      expect(said(run)).toContain(`Syncing host current directory(${dir}) to guest instance...`);
      expect(said(run)).toContain("Successfully synced back the changes to host.");
      expect(run.code).toBe(0);
      expect(run.stdout).toEndWith(`${dir}\n`);
      expect(readFileSync(join(dir, "a b"), "utf8")).toBe("new\n");
      expect(lstatSync(join(dir, "gone"), { throwIfNoEntry: false })).toBeUndefined();
      expect(lstatSync(join(dir, "kept")).mode & 0o777).toBe(0o600);
      expect(readlinkSync(join(dir, "link"))).toBe("kept");
      expect((await world.limactl(["shell", "m", "test", "-e", run.stdout.trim()])).code).toBe(1);
    },
    limit,
  );

  test(
    "of a command that fails keeps the guest's copy and brings nothing back",
    async () => {
      const dir = join(world.root, "sync", "bad");
      mkdirSync(dir, { recursive: true });
      const run = await shell(dir, ["sh", "-c", "pwd; touch x; exit 7"]);
      expect(run.code).toBe(7);
      expect(lstatSync(join(dir, "x"), { throwIfNoEntry: false })).toBeUndefined();
      expect((await world.limactl(["shell", "m", "test", "-e", `${run.stdout.trim()}/x`])).code).toBe(0);
    },
    limit,
  );

  test.each([
    [["--sync", "/tmp/x"], "to be at least 4, only got 3 (Hint: cd to a deeper directory)"],
    [["--sync", ".", "--workdir", "/"], "cannot use `--workdir` and `--sync` at the same time"],
    [["--sync", "/a/b/c/nowhere"], "failed to determine the host directory to sync: "],
  ])(
    "%j is refused",
    async (flags, text) => {
      const run = await world.limactl(["shell", ...flags, "m", "true"]);
      expect(run.code).toBe(1);
      expect(said(run)).toContain(text);
    },
    limit,
  );

  test(
    "at a terminal asks, shows the differences, and does as it is told",
    async () => {
      const dir = join(world.root, "sync", "ask");
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, "f"), "one\n");
      const down = "\u001b[B";
      const sync = async (command: string, keys: readonly string[]) => {
        const words = [world.executable, "shell", "--sync", dir, "m", "sh", "-c", command];
        const answers = keys.map((key) => ["View the changed contents\r\n", key] as const);
        const env = { ...world.env, PAGER: "cat", TERM: "xterm", NO_COLOR: "1" };
        return (await converse(words, answers, { cwd: world.root, env, columns: 200 })).shown;
      };
      const refused = await sync("echo two > f; touch g", [`${down}${down}\r`, `${down}\r`]);
      expect(refused).toContain("Accept the changes? (added: 1, deleted: 0, modified: 1, metadata: 1)");
      expect(refused).toContain("+two");
      expect(refused).toContain("Skipping syncing back the changes to host.");
      expect(readFileSync(join(dir, "f"), "utf8")).toBe("one\n");
      const accepted = await sync("echo two > f", ["\r"]);
      expect(accepted).toContain("Successfully synced back the changes to host.");
      expect(readFileSync(join(dir, "f"), "utf8")).toBe("two\n");
      expect(await sync("true", [])).toContain("No changes detected");
    },
    limit,
  );
});

test(
  "shell --preserve-env passes what the lists let through, and refuses a wrong pattern",
  async () => {
    const env = {
      FOO: "a 'b",
      SECRET_A: "1",
      SECRET_B: "2",
      LIMA_SHELLENV_BLOCK: "+SECRET_*",
      LIMA_SHELLENV_ALLOW: "SECRET_B",
    };
    const run = await world.limactl(["shell", "--preserve-env", "m", "env"], { env });
    const lines = run.stdout.split("\n");
    expect(lines).toContain("FOO=a 'b");
    expect(lines).toContain("SECRET_B=2");
    expect(run.stdout).not.toContain("SECRET_A=");
    expect(lines).not.toContain(`HOME=${world.home}`);
    expect((await guest("env")).includes("FOO=")).toBe(false);
    const refused = await world.limactl(["shell", "--preserve-env", "m", "true"], {
      env: { LIMA_SHELLENV_BLOCK: "A B" },
    });
    expect(refused.code).toBe(1);
    expect(said(refused)).toContain(
      "Invalid LIMA_SHELLENV_BLOCK pattern: pattern `A B` contains invalid character ` ` at position 1",
    );
  },
  limit,
);

test(
  "shell --reconnect ends the master connection, --workdir must exist, a terminal is passed on, codes too",
  async () => {
    const again = await world.limactl(["shell", "--reconnect", "m", "echo", "back"]);
    expect(said(again)).toContain("Exiting ssh session for the instance `m`");
    expect([again.code, again.stdout]).toEqual([0, "back\n"]);
    const there = await world.limactl(["shell", "--workdir", "/usr/bin", "m", "pwd"]);
    expect([there.code, there.stdout]).toEqual([0, "/usr/bin\n"]);
    expect((await world.limactl(["shell", "--workdir", "/no/where", "m", "pwd"])).code).toBe(1);
    expect((await world.limactl(["shell", "m", "--", "sh", "-c", "exit 42"])).code).toBe(42);
    expect((await world.limactl(["shell", "m", "test", "-t", "1"])).code).toBe(1);
    const atTerminal = await converse([world.executable, "shell", "m", "test", "-t", "1"], [], {
      cwd: world.root,
      env: { ...world.env, TERM: "xterm" },
    });
    expect(atTerminal.code).toBe(0);
    const byName = await world.startProgram([world.executable, "shell", "--instance", "m", "uname"]).finished;
    expect(byName.stdout).toBe("Linux\n");
  },
  limit,
);

test(
  "tunnel opens a proxy through which the guest's own services are reached",
  async () => {
    const run = await world.limactl(["tunnel", "m"]);
    expect(run.code).toBe(0);
    expect(said(run)).toContain("`limactl tunnel` is experimental");
    const port = Number(/^Set `ALL_PROXY=socks5h:\/\/127\.0\.0\.1:(\d+)`, etc\.$/m.exec(run.stdout)?.[1]);
    expect(run.stdout).toContain("<http://lima-m.internal>");
    await guest(
      "sh",
      "-c",
      "mkdir -p /tmp/www && echo served >/tmp/www/x && busybox httpd -p 127.0.0.1:8099 -h /tmp/www",
    );
    const curl = ["--silent", "--show-error", "--proxy", `socks5h://127.0.0.1:${port}`, "http://127.0.0.1:8099/x"];
    expect(spawnSync("curl", curl, { encoding: "utf8" })).toMatchObject({ stdout: "served\n", stderr: "" });
  },
  limit,
);

test(
  "restart edits, shuts down and starts again",
  async () => {
    const before = await guest("cat", "/proc/sys/kernel/random/boot_id");
    const env = { ...world.env, TERM: "xterm", NO_COLOR: "1" };
    const { shown, code } = await converse([world.executable, "restart", "--cpus=1", "m"], [], {
      cwd: world.root,
      env,
      columns: 100,
    });
    expect(shown).toContain("Instance `m` configuration edited");
    expect(shown).toContain("The instance m has shut down");
    expect(shown).toContain("READY.");
    expect(code).toBe(0);
    // At a terminal a line tells what is waited for; it is gone in the end, and NO_COLOR keeps all of it plain.
    expect(shown).toMatch(/Starting `m`, waiting for \w+[\w -]* \(\d+s\)/);
    expect(shown.replace(/^.*\u001b\[K/s, "")).toBe("");
    expect(shown).not.toMatch(/\u001b\[[\d;]*m/);
    expect(await guest("cat", "/proc/sys/kernel/random/boot_id")).not.toBe(before);
    expect(await guest("nproc")).toBe("1\n");
  },
  limit,
);

test(
  "a stopped instance with its guest's data can be renamed and cloned, and both are stopped",
  async () => {
    await world.ok(["stop", "-f", "m"]);
    await world.ok(["rename", "m", "renamed"]);
    await world.ok(["clone", "renamed", "cloned"]);
    for (const name of ["renamed", "cloned"]) {
      const check = spawnSync("qemu-img", ["check", world.file(name, "diffdisk")], { encoding: "utf8" });
      expect(check.stderr).toBe("");
      expect(JSON.parse(await world.ok(["list", "--json", name]))).toMatchObject({ status: "Stopped", name });
    }
    expect(world.processes().filter(({ argv }) => argv[0]?.includes("qemu"))).toEqual([]);
  },
  limit,
);

test(
  "a renamed instance and its clone boot, files go from one to the other, and a reset ends what runs",
  async () => {
    const agent = world.start(["start", "--foreground", "renamed"]);
    const events = () => Bun.file(world.file("renamed", "ha.stdout.log")).text();
    await world.ok(["start", "cloned"]);
    while (!(await events()).includes('"running":true')) await Bun.sleep(100);
    // In the foreground the host agent is the very process that was started.
    expect(readFileSync(world.file("renamed", "ha.pid"), "utf8")).toBe(`${agent.pid}\n`);
    expect(agent.stderr().trimEnd()).toEndWith('level=info msg="Running the host agent in the foreground"');
    const shell = (name: string, ...command: string[]) => world.ok(["shell", name, ...command]);
    expect(await shell("cloned", "hostname")).toBe("lima-cloned\n");
    await shell("renamed", "sh", "-c", "mkdir -p d/e; echo over > d/e/f");
    await world.ok(["copy", "-r", "renamed:d", "cloned:/tmp/d"]);
    expect(await shell("cloned", "cat", "/tmp/d/e/f")).toBe("over\n");
    const run = await world.limactl(["factory-reset", "cloned"]);
    expect(said(run)).toContain("Sending SIGKILL to the qemu driver process");
    expect(said(run)).toContain("Instance `cloned` has been factory reset");
    expect(run.code).toBe(0);
    expect(lstatSync(world.file("cloned", "diffdisk"), { throwIfNoEntry: false })).toBeUndefined();
    const left = world.processes().filter(({ argv }) => argv[0]?.includes("qemu"));
    expect(left.map(({ argv }) => argv.includes("lima-renamed"))).toEqual([true]);
  },
  limit,
);
