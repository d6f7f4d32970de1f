import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { miniTemplate } from "../support/guests.ts";
import { type Run, World } from "../support/limactl.ts";
import { smallDirectory } from "../support/small-directory.ts";

const isRoot = process.getuid?.() === 0;

let world: World;
beforeAll(() => {
  world = new World();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const limit = 120_000;
const base = "images:\n- location: /nonexistent.img\nmounts: []\ncontainerd: {system: false, user: false}\n";

/** Instances of the world; a failed creation must leave none. */
const instances = () =>
  existsSync(world.limaHome) ? readdirSync(world.limaHome).filter((name) => !name.startsWith("_")) : [];

/** Fatal records of a run. */
const fatal = (run: Run) => run.stderr.split("\n").filter((line) => line.includes("level=fatal"));

describe("bad input ends in one fatal record and code 1, and leaves nothing", () => {
  test.each([
    ["a file that does not exist", ["create", "/nowhere/x.yaml"], ["/nowhere/x.yaml", "no such file"]],
    ["an unknown template", ["create", "template:debain-12"], ["template `debain-12.yaml` not found", "debian-12"]],
    [
      "an instance name that is none",
      ["create", "--name=a..b", "template:default"],
      ["instance name `a..b` is not a valid identifier"],
    ],
    [
      "a name and another name",
      ["create", "--name=a", "b"],
      ["instance name `b` and CLI flag --name=`a` cannot be specified together"],
    ],
    [
      "standard input without a name",
      ["create", "-"],
      ["must pass instance name with --name when reading template from stdin"],
    ],
    ["an unknown option", ["create", "--frobnicate"], ["unknown flag: --frobnicate"]],
    ["an option without its value", ["create", "--name"], ["flag needs an argument: --name"]],
    ["too many arguments", ["create", "a", "b"], ["accepts at most 1 arg(s), received 2"]],
    ["an unknown command", ["shel"], ['unknown command \\"shel\\" for \\"limactl\\"', "Did you mean this?"]],
    ["an instance that does not exist", ["stop", "nobody"], ["nobody/lima.yaml: no such file or directory"]],
    [
      "a shell in an instance that does not exist",
      ["shell", "nobody"],
      ["instance `nobody` does not exist, run `limactl create nobody` to create a new instance"],
    ],
    ["a shell nowhere", ["shell"], ["requires instance name as first argument"]],
    ["a log format that is none", ["--log-format=xml", "list"], ["unsupported log-format: `xml`"]],
    ["a log level that is none", ["--log-level=loud", "list"], ['not a valid logrus Level: \\"loud\\"']],
  ])(
    "%s",
    async (_, args, texts) => {
      const run = await world.limactl(["--tty=false", ...args]);
      expect(run.code).toBe(1);
      expect(fatal(run)).toHaveLength(1);
      for (const text of texts) expect(fatal(run)[0]).toContain(text);
      expect(run.stdout).toBe("");
      expect(instances()).toEqual([]);
    },
    limit,
  );

  test.each([
    ["YAML that is none", `${base}cpus: [1\n`, ["bad.yaml", "[6:1]"]],
    ["a value of the wrong type", `${base}cpus: many\n`, ["field `cpus`", "[5:7]"]],
    ["a size that is none", `${base}memory: lots\n`, ["memory", "invalid size: 'lots'"]],
    ["a list where a map belongs", `${base}ssh: []\n`, ["field `ssh`", "[5:6]"]],
    ["no image at all", "mounts: []\n", ["images"]],
    ["an unknown architecture", `${base}arch: z80\n`, ["arch"]],
    ["a digest that is none", "images:\n- location: /x.img\n  digest: sha256:abc\n", ["digest"]],
    ["a script without an interpreter", `${base}probes:\n- script: "true"\n`, ["probe[0].script"]],
    ["NUL bytes", `${base}message: "a\0b"\n`, ["[5:12]"]],
  ])(
    "a template with %s",
    async (_, text, places) => {
      const file = world.write("bad.yaml", text);
      const run = await world.limactl(["create", "--tty=false", "--name=bad", file]);
      expect(run.code).toBe(1);
      expect(fatal(run)).toHaveLength(1);
      for (const place of places) expect(fatal(run)[0]).toContain(place);
      expect(instances()).toEqual([]);
    },
    limit,
  );

  test(
    "a template that is no text",
    async () => {
      const file = join(world.root, "bytes.yaml");
      await Bun.write(file, new Uint8Array([0x61, 0x3a, 0x20, 0xff, 0xfe]));
      const run = await world.limactl(["create", "--tty=false", file]);
      expect(run.code).toBe(1);
      expect(fatal(run)[0]).toContain("UTF-8");
    },
    limit,
  );

  test(
    "a path that is too long for a socket, before anything is created",
    async () => {
      const name = "n".repeat(76);
      const home = join(world.root, "a".repeat(40));
      const run = await world.limactl(["create", "--tty=false", `--name=${name}`, world.write("ok.yaml", base)], {
        env: { LIMA_HOME: home },
      });
      expect(run.code).toBe(1);
      expect(fatal(run)[0]).toContain("too long");
      expect(fatal(run)[0]).toContain("UNIX_PATH_MAX=108");
      expect(existsSync(home)).toBe(false);
    },
    limit,
  );
});

test.each([
  ["mountType: wsl2", "field `mountType` must be one of"],
  ["vmOpts: {qemu: {cpuType: max}}", "field `vmOpts.qemu.cpuType` must be a mapping"],
  ["vmType: wsl2", "unknown or unsupported VM type: wsl2"],
])(
  "what the driver refuses makes no instance: %s",
  async (field, message) => {
    await using own = new World();
    const template = miniTemplate().replace(/^(vmType|mountType):.*\n/gm, "");
    const run = await own.limactl(["create", "--tty=false", "--name=d", own.write("d.yaml", `${template}${field}\n`)]);
    expect(run.code).toBe(1);
    expect(fatal(run)[0]).toContain(message);
    expect(fatal(run)).toHaveLength(1);
    expect(run.stderr).not.toContain("level=error");
    expect(existsSync(own.file("d", "lima.yaml"))).toBe(false);
  },
  limit,
);

test(
  "an unknown field is warned about, and the instance is made",
  async () => {
    await using own = new World();
    const run = await own.limactl([
      "create",
      "--tty=false",
      "--name=u",
      own.write("u.yaml", `${miniTemplate()}frobnicate: 1\n`),
    ]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("level=warning");
    expect(run.stderr).toContain("frobnicate");
  },
  limit,
);

describe("a host that lacks something", () => {
  /** A PATH with everything but the named programs. */
  const pathWithout = (own: World, ...missing: readonly string[]) => {
    const dir = join(own.root, "path");
    mkdirSync(dir);
    for (const from of ["/usr/sbin", "/usr/bin"]) {
      for (const name of readdirSync(from)) {
        const known = existsSync(join(dir, name)) || missing.some((each) => name.startsWith(each));
        if (!known) symlinkSync(join(from, name), join(dir, name));
      }
    }
    return dir;
  };

  test(
    "without QEMU makes instances, and a start is told which package has it",
    async () => {
      await using own = new World();
      const without = { env: { PATH: pathWithout(own, "qemu-system") } };
      await own.ok(["create", "--tty=false", "--name=q", own.write("q.yaml", miniTemplate())], without);
      const run = await own.limactl(["start", "--tty=false", "q"], without);
      expect(run.code).toBe(1);
      expect(fatal(run)[0]).toContain("qemu-system-x86");
      expect(own.processes()).toEqual([]);
    },
    limit,
  );

  test(
    "without ssh is told what to install",
    async () => {
      await using own = new World();
      await own.ok(["create", "--tty=false", "--name=q", own.write("q.yaml", miniTemplate())]);
      const run = await own.limactl(["start", "--tty=false", "q"], { env: { PATH: pathWithout(own, "ssh") } });
      expect(run.code).toBe(1);
      expect(run.stderr).toContain("openssh");
      expect(own.processes()).toEqual([]);
    },
    limit,
  );

  test.if(isRoot)(
    "whose disk is full says so, and keeps no half of an image (as root, who may mount a small disk)",
    async () => {
      await using own = new World();
      using directory = smallDirectory(own, "8m");
      const small = directory.path;
      const run = await own.limactl(["create", "--tty=false", "--name=f", own.write("f.yaml", miniTemplate())], {
        env: { LIMA_HOME: join(small, "l") },
      });
      expect(run.code).toBe(1);
      expect(fatal(run)[0]).toMatch(/no space left|disk is full/i);
      expect(readdirSync(join(small, "l", "f")).filter((name) => /disk|image|tmp|part/.test(name))).toEqual([]);
    },
    limit,
  );

  test.if(isRoot)(
    "whose disk has no room for cidata.iso is told so by the file's name (as root, who may mount a small disk)",
    async () => {
      await using own = new World();
      // room for the image and the kernel, but not for the guest agent on cidata.iso
      using directory = smallDirectory(own, "80m");
      const small = directory.path;
      const env = { LIMA_HOME: join(small, "l") };
      const run = await own.limactl(["start", "--tty=false", "--name=f", own.write("f.yaml", miniTemplate())], {
        env,
      });
      expect(run.code).toBe(1);
      expect(fatal(run)[0]).toContain(`no space left on device: cannot write \`${small}/l/f/cidata.iso\``);
      expect(readdirSync(join(small, "l", "f")).filter((name) => name.startsWith("cidata"))).toEqual([]);
      expect(own.processes()).toEqual([]);
    },
    limit,
  );
});

test(
  "an image that cannot be read is told at start",
  async () => {
    await using own = new World();
    const create = await own.limactl(["start", "--tty=false", "--name=i", own.write("i.yaml", base)]);
    expect(create.code).toBe(1);
    expect(fatal(create)[0]).toContain("/nonexistent.img");
    expect(own.processes()).toEqual([]);
  },
  limit,
);

test(
  "any file is taken for an image when an instance is created, and the instance is stopped",
  async () => {
    await using own = new World();
    const run = await own.limactl(["create", "--name", "foo", "-"], { stdin: "{images: [location: /etc/profile]}" });
    expect(run.code).toBe(0);
    expect(JSON.parse(await own.ok(["list", "--json"])).status).toBe("Stopped");
  },
  limit,
);

describe("list", () => {
  test("in an empty home warns and succeeds", async () => {
    await using own = new World();
    const run = await own.limactl(["list"]);
    expect(run).toMatchObject({ code: 0, stdout: "" });
    expect(run.stderr).toContain('level=warning msg="No instance found. Run `limactl create` to create an instance."');
  });

  test("of a name that does not exist prints the rest and fails", async () => {
    await using own = new World();
    await own.ok(["create", "--name", "foo", "-"], { stdin: "{images: [location: /etc/profile]}" });
    const run = await own.limactl(["list", "-q", "foobar", "foo"]);
    expect(run).toMatchObject({ code: 1, stdout: "foo\n" });
    expect(run.stderr).toContain('level=warning msg="No instance matching foobar found."');
    expect(run.stderr).toContain('level=fatal msg="unmatched instances"');
  });

  test("shows a directory without lima.yaml as broken, and delete refuses it", async () => {
    await using own = new World();
    mkdirSync(join(own.limaHome, "probe"), { recursive: true });
    const run = await own.limactl(["list", "--json"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^\{"name":"probe","hostname":"[^"]*","status":"Broken"/);
    expect(run.stderr).toContain("instance `probe` has errors");
    const gone = await own.limactl(["delete", "probe"]);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain("instance `probe` directory");
    expect(existsSync(join(own.limaHome, "probe"))).toBe(true);
  });

  test("shows instances whose lima.yaml cannot be read beside the others", async () => {
    await using own = new World("ordinary");
    await own.ok(["create", "--name", "ok", "-"], { stdin: "{images: [location: /etc/profile]}" });
    for (const name of ["forbidden", "unseen", "loop"]) mkdirSync(own.file(name, ""));
    mkdirSync(own.file("folder", "lima.yaml"), { recursive: true });
    symlinkSync("lima.yaml", own.file("loop", "lima.yaml"));
    writeFileSync(own.file("forbidden", "lima.yaml"), "", { mode: 0o000 });
    chmodSync(own.file("unseen", ""), 0o000);
    const run = await own.limactl(["list", "--yq", "[.name, .status, .errors[0]]"]);
    chmodSync(own.file("unseen", ""), 0o755);
    expect(run.code).toBe(0);
    expect(
      run.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      ["folder", "", `read ${own.file("folder", "lima.yaml")}: is a directory`],
      ["forbidden", "", `open ${own.file("forbidden", "lima.yaml")}: permission denied`],
      ["loop", "", `open ${own.file("loop", "lima.yaml")}: too many symbolic links encountered`],
      ["ok", "Stopped", null],
      ["unseen", "", `open ${own.file("unseen", "lima.yaml")}: permission denied`],
    ]);
  });

  test("does without a cache that it may not read", async () => {
    await using own = new World();
    await own.ok(["create", "--name", "foo", "-"], { stdin: "{images: [location: /etc/profile]}" });
    await own.ok(["list"]);
    const cached = join(own.home, ".cache/lima/config");
    expect(readdirSync(cached)).not.toEqual([]);
    rmSync(cached, { recursive: true });
    writeFileSync(cached, "");
    expect(await own.ok(["list", "--yq", ".status"])).toBe("Stopped\n");
  });
});

test("the program does not read files of the directory it is started in", async () => {
  await using own = new World();
  const dir = join(own.root, "hostile");
  mkdirSync(dir);
  await Bun.write(join(dir, ".env"), "LIMA_HOME=/nowhere\nBUN_OPTIONS=--version\n");
  await Bun.write(join(dir, "bunfig.toml"), 'preload = ["./evil.ts"]\n[test]\nroot = "/"\n');
  await Bun.write(join(dir, "evil.ts"), 'console.log("evil"); process.exit(3);\n');
  await Bun.write(join(dir, "package.json"), "{ not json");
  await Bun.write(join(dir, "tsconfig.json"), "{ not json");
  const run = await own.limactl(["info", "--yq", ".limaHome"], { cwd: dir });
  expect(run).toMatchObject({ code: 0, stdout: `${own.limaHome}\n` });
});
