import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
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
import { type Run, World } from "../support/limactl.ts";

let world: World;
beforeAll(() => {
  world = new World();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const limit = 60_000;
const image = "{images: [location: /etc/profile]}";

/** Creates a stopped instance, whose disk holds nothing that boots. */
async function create(name: string, text = image): Promise<void> {
  await world.ok(["create", "--name", name, "-"], { stdin: text });
}

/** Log records as `level: message`, without the warning for root. */
function records(run: Run): readonly string[] {
  return run.stderr
    .split("\n")
    .filter((line) => line !== "" && !line.includes("Running as root"))
    .map((line) => {
      const [, level, bare, quoted] = /level=(\w+) msg=(?:([^" ]+)|"((?:[^"\\]|\\.)*)")/.exec(line) ?? [];
      return level === undefined ? line : `${level}: ${bare ?? JSON.parse(`"${quoted}"`)}`;
    });
}

async function said(args: readonly string[], options?: Parameters<World["limactl"]>[1]) {
  const run = await world.limactl(args, options);
  return { code: run.code, stdout: run.stdout, records: records(run) };
}

const stored = (name: string) => readFileSync(world.file(name, "lima.yaml"), "utf8");

test(
  "protect and unprotect say what they did, skip what is done, and go on after a failure",
  async () => {
    await create("guard");
    expect(await said(["protect", "nobody", "guard"])).toEqual({
      code: 1,
      stdout: "",
      records: [
        "info: Protected `guard`",
        `fatal: failed to inspect instance \`nobody\`: open ${world.file("nobody", "lima.yaml")}: no such file or directory`,
      ],
    });
    const { mode, size } = statSync(world.file("guard", "protected"));
    expect([mode & 0o777, size]).toEqual([0o400, 0]);
    expect((await said(["protect", "guard"])).records).toEqual([
      "warning: Instance `guard` is already protected. Skipping.",
    ]);
    expect((await said(["delete", "--force", "guard"])).records).toEqual([
      "fatal: failed to delete instance `guard`: instance is protected to prohibit accidental removal (Hint: use `limactl unprotect`)",
    ]);
    expect((await said(["factory-reset", "guard"])).records).toEqual([
      "fatal: instance is protected to prohibit accidental factory-reset (Hint: use `limactl unprotect`)",
    ]);
    expect(await said(["unprotect", "guard", "guard"])).toEqual({
      code: 0,
      stdout: "",
      records: ["info: Unprotected `guard`", "warning: Instance `guard` isn't protected. Skipping."],
    });
  },
  limit,
);

test(
  "a protected instance stays protected when its template breaks",
  async () => {
    await create("broken");
    await world.ok(["protect", "broken"]);
    writeFileSync(world.file("broken", "lima.yaml"), "cpus: [\n");
    const run = await said(["delete", "broken"]);
    expect(run.code).toBe(1);
    expect(run.records[0]).toContain("instance is protected");
    expect(existsSync(world.file("broken", "lima.yaml"))).toBe(true);
  },
  limit,
);

describe("edit", () => {
  test(
    "applies options to the stored template, and does nothing where nothing changes",
    async () => {
      await create(
        "ed",
        "images: [location: /etc/profile]\nparam: {A: b}\nenv: {X: '{{.Param.A}}'}\nmessage: $PARAM_A\n",
      );
      // A param must be used, and scripts are where it is looked for.
      await world.limactl(["delete", "ed"]);
      await create(
        "ed",
        "images: [location: /etc/profile]\nparam:\n  A: b\nprovision:\n- script: |\n    #!/bin/sh\n    echo $PARAM_A\n",
      );
      const edited = ["info: Instance `ed` configuration edited"];
      expect((await said(["edit", "ed", "--cpus=3", "--param", "A=c"])).records).toEqual(edited);
      expect(stored("ed")).toContain("cpus: 3\n");
      expect(stored("ed")).toContain("A: c\n");
      expect((await said(["edit", "ed", "--cpus=3"])).records).toEqual([
        "info: Aborting, no changes made to the instance",
      ]);
      expect(await said(["edit", "ed"])).toEqual({
        code: 0,
        stdout: "",
        records: ["info: Aborting, as requested by saving the file with empty content"],
      });
    },
    limit,
  );

  test.each([
    [["--cpus=-1"], "error while processing flag `cpus`: invalid value for number of cpus, must be >= 0", false],
    [["--param", "A=c"], "error while processing flag `param`: template does not define param `A`", false],
    [["--set", ".cpus=-1"], "the YAML is invalid, saved the buffer as `lima.REJECTED.yaml`: ", true],
    [
      ["--set", '.disk="1GiB"'],
      "the YAML is invalid, saved the buffer as `lima.REJECTED.yaml`: field `disk`: shrinking the disk (100GiB --> 1GiB) is not supported",
      true,
    ],
    [["--set", '.vmType="nope"'], "unknown or unsupported VM type: nope", false],
    [["--set", ".cpus=["], "failed to apply yq expression `.cpus=[` to instance `bad`: ", false],
    [["--set", ".cpus=env(HOME)"], "env operations have been disabled", false],
  ])(
    "%j is refused, the instance stays as it is",
    async (flags, text, rejected) => {
      if (!existsSync(world.file("bad", "lima.yaml"))) await create("bad");
      const before = stored("bad");
      const cwd = join(world.root, `cwd-${Bun.hash(flags.join())}`);
      mkdirSync(cwd);
      const run = await said(["edit", "bad", ...flags], { cwd });
      expect(run.code).toBe(1);
      expect(run.records).toHaveLength(1);
      expect(run.records[0]).toContain(text);
      expect(stored("bad")).toBe(before);
      expect(readdirSync(cwd)).toEqual(rejected ? ["lima.REJECTED.yaml"] : []);
    },
    limit,
  );

  test(
    "of a file that is no instance changes the file, and validates it with its bases",
    async () => {
      world.write("base.yaml", image);
      const file = world.write("file.yaml", "base: base.yaml # kept\n");
      expect((await said(["edit", file, "--cpus=2"])).code).toBe(0);
      expect(readFileSync(file, "utf8")).toBe("base: base.yaml  # kept\ncpus: 2\n");
      expect((await said(["edit", "gone.yaml", "--cpus=2"])).records).toEqual([
        "fatal: open gone.yaml: no such file or directory",
      ]);
    },
    limit,
  );

  test(
    "of an instance that does not exist",
    async () => {
      expect((await said(["edit", "nobody"])).records).toEqual(["fatal: instance `nobody` not found"]);
    },
    limit,
  );
});

describe("at a terminal", () => {
  /** Runs limactl at a terminal whose editor is a script. @returns what was shown, and the exit code */
  async function atTerminal(args: readonly string[], editor: string) {
    const program = world.write(`editor-${Bun.hash(editor)}`, `#!/bin/sh\n${editor}\n`);
    spawnSync("chmod", ["755", program]);
    let shown = "";
    const decoder = new TextDecoder();
    const terminal = new Bun.Terminal({
      cols: 200,
      rows: 24,
      data: (self, chunk) => {
        const text = decoder.decode(chunk, { stream: true });
        shown += text;
        if (text.includes("start the instance now?")) self.write("n\r");
      },
    });
    const child = Bun.spawn([world.executable, ...args], {
      terminal,
      cwd: world.root,
      env: { ...world.env, EDITOR: program, TERM: "xterm", NO_COLOR: "1" },
    });
    const code = await child.exited;
    terminal.close();
    return { code, shown };
  }

  test(
    "edit opens the editor below a header that quotes the user's defaults, then asks whether to start",
    async () => {
      await create("typed");
      mkdirSync(join(world.limaHome, "_config"), { recursive: true });
      const defaults = join(world.limaHome, "_config", "default.yaml");
      writeFileSync(defaults, "memory: 1GiB\n\n# mine\n");
      const copy = join(world.root, "seen");
      const run = await atTerminal(["edit", "typed"], `cp "$1" ${copy}; echo "cpus: 2" >>"$1"`);
      spawnSync("rm", [defaults]);
      expect(run.shown).toContain("Instance `typed` configuration edited");
      expect(run.shown).toContain("? Do you want to start the instance now? (Y/n)");
      expect(run.code).toBe(0);
      expect(stored("typed")).toBe(`${image}cpus: 2\n`.replace("}cpus", "}\ncpus").replace(image, image));
      const seen = readFileSync(copy, "utf8");
      expect(seen).toContain('Lima instance "typed"');
      expect(seen).toContain(defaults);
      expect(seen).toContain("# memory: 1GiB\n#\n# # mine\n");
    },
    limit,
  );

  test(
    "an emptied buffer aborts, and a text that is no YAML is kept for its author",
    async () => {
      await create("typo");
      const aborted = await atTerminal(["edit", "typo"], ': >"$1"');
      expect(aborted.shown).toContain("Aborting, as requested by saving the file with empty content");
      expect(aborted.code).toBe(0);
      const refused = await atTerminal(["edit", "typo"], 'echo "cpus: [" >"$1"');
      expect(refused.shown).toContain("the YAML is invalid, saved the buffer as `lima.REJECTED.yaml`: ");
      expect(refused.code).toBe(1);
      expect(readFileSync(join(world.root, "lima.REJECTED.yaml"), "utf8")).toBe("cpus: [\n");
      expect(stored("typo")).toBe(image);
    },
    limit,
  );
});

describe("factory-reset", () => {
  test(
    "removes all but the configuration, and writes cloud-config.yaml anew",
    async () => {
      await create("reset");
      mkdirSync(world.file("reset", "sock"));
      mkdirSync(world.file("reset", "mine"));
      for (const name of ["mine/x", "notes.yml", "ssh.sock", "vz-identifier"])
        writeFileSync(world.file("reset", name), "");
      const run = await said(["factory-reset", "reset"]);
      expect(run.code).toBe(0);
      expect(run.records).toContain(`info: Removing \`${world.file("reset", "diffdisk")}\``);
      expect(run.records.filter((each) => each.startsWith("error: "))).toHaveLength(1);
      expect(run.records.at(-1)).toBe("info: Instance `reset` has been factory reset");
      expect(readdirSync(world.file("reset", "")).sort()).toEqual(
        ["cloud-config.yaml", "lima-version", "lima.yaml", "mine", "notes.yml", "vz-identifier"].sort(),
      );
      expect(readFileSync(world.file("reset", "cloud-config.yaml"), "utf8")).toContain("#cloud-config");
    },
    limit,
  );

  test(
    "of an instance that does not exist succeeds",
    async () => {
      expect(await said(["factory-reset", "nobody"])).toEqual({
        code: 0,
        stdout: "",
        records: ["info: Instance `nobody` not found"],
      });
    },
    limit,
  );
});

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
      await create("old");
      mkdirSync(world.file("old", "swtpm"));
      mkdirSync(world.file("old", "sub"), { mode: 0o750 });
      for (const name of ["swtpm/state", "ha.pid.tmp", "state.json", "sub/file"]) {
        writeFileSync(world.file("old", name), "{}");
      }
      writeFileSync(world.file("old", "vz-identifier"), "id");
      symlinkSync(world.file("old", "basedisk"), world.file("old", "image-link"));
      await world.ok(["protect", "old"]);
      rebase("old");
      expect(await said(["clone", "old", "new", "--cpus=1"])).toEqual(quiet);
      expect(readdirSync(world.file("new", "")).sort()).toEqual(
        ["basedisk", "diffdisk", "image-link", "lima-version", "lima.yaml", "sub", "vz-identifier"].sort(),
      );
      expect(backing("new")).toBe("basedisk");
      expect(readlinkSync(world.file("new", "image-link"))).toBe("basedisk");
      expect(readFileSync(world.file("new", "vz-identifier"), "utf8")).toBe("");
      expect(statSync(world.file("new", "sub")).mode & 0o777).toBe(0o750);
      expect(statSync(world.file("new", "lima-version")).mode & 0o777).toBe(0o444);
      expect(statSync(world.file("new", "")).mode & 0o777).toBe(0o700);
      expect(JSON.parse(await world.ok(["list", "--json", "new"]))).toMatchObject({ cpus: 1, hostname: "lima-new" });
      // The original is untouched.
      expect(stored("old")).toBe(image);
      expect(backing("old")).toBe(world.file("old", "basedisk"));
    },
    limit,
  );

  test(
    "a renamed instance keeps its protection, and its disk finds its image",
    async () => {
      await create("before");
      await world.ok(["protect", "before"]);
      rebase("before");
      writeFileSync(world.file("before", "ha.stdout.log"), "");
      writeFileSync(world.file("before", "ssh.sock"), "");
      expect(await said(["rename", "before", "after"])).toEqual(quiet);
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
      await create("src");
      const run = await said(["clone", "src", "copy", "--set", ".cpus=-1"], { cwd: world.root });
      expect(run.code).toBe(1);
      expect(run.records[0]).toContain("saved the buffer as `lima.REJECTED.yaml`");
      expect(stored("copy")).toBe(image);
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
    [["rename", "self", "n".repeat(76)], "too long: "],
    [["clone", "self", ""], "got empty instName"],
  ])(
    "%j is refused",
    async (args, text) => {
      if (!existsSync(world.file("self", ""))) {
        await create("self");
        mkdirSync(world.file("taken", ""));
      }
      if (text.startsWith("too long")) spawnSync("true");
      const before = readdirSync(world.limaHome);
      const home = text.startsWith("too long") ? join(world.root, "x".repeat(60)) : world.limaHome;
      if (home !== world.limaHome && !existsSync(home)) symlinkOrCopy(home);
      const run = await said(args, { env: { LIMA_HOME: home } });
      expect(run.code).toBe(1);
      expect(run.records.at(-1)).toContain(text);
      expect(readdirSync(world.limaHome)).toEqual(before);
    },
    limit,
  );

  /** A home with a long path that holds one instance. */
  function symlinkOrCopy(home: string): void {
    mkdirSync(home);
    spawnSync("cp", ["-a", world.file("self", ""), join(home, "self")]);
  }

  test(
    "--yes is warned about where it once answered the command's question",
    async () => {
      await create("yes1");
      const run = await said(["clone", "-y", "yes1", "yes2"]);
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
    expect((await said(["restart", "nobody"])).records).toEqual([
      `fatal: open ${world.file("nobody", "lima.yaml")}: no such file or directory`,
    ]);
  },
  limit,
);

describe("commands into a guest", () => {
  test.each([["shell"], ["show-ssh"], ["tunnel"]])(
    "%s of an instance that does not exist",
    async (name) => {
      const run = await said([name, "nobody"]);
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
      if (!existsSync(world.file("off", ""))) await create("off");
      const run = await said(args);
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
      if (!existsSync(world.file("off", ""))) await create("off");
      expect((await said(args)).records.at(-1)).toBe(text);
    },
    limit,
  );

  test(
    "copy without the programs says which",
    async () => {
      const bare = { env: { PATH: "/nowhere" } };
      const missing = (name: string) => `exec: "${name}": executable file not found in $PATH`;
      expect((await said(["copy", "a", "b"], bare)).records.at(-1)).toBe(
        `fatal: neither rsync nor scp found on host: ${missing("scp")}`,
      );
      expect((await said(["copy", "--backend=scp", "a", "b"], bare)).records.at(-1)).toBe(
        `fatal: scp not found on host: ${missing("scp")}`,
      );
      expect((await said(["copy", "--backend=rsync", "a", "b"], bare)).records.at(-1)).toBe(
        `fatal: rsync not found on host: ${missing("rsync")}`,
      );
    },
    limit,
  );

  test(
    "show-ssh warns that it is deprecated, and prints a configuration that ssh reads",
    async () => {
      if (!existsSync(world.file("off", ""))) await create("off");
      const run = await said(["show-ssh", "--format=config", "off"]);
      expect(run.records).toEqual([
        `warning: \`limactl show-ssh\` is deprecated. Instead, use \`ssh -F ${world.file("off", "ssh.config")} lima-off\`.`,
      ]);
      const read = spawnSync("ssh", ["-F", world.write("ssh.config", run.stdout), "-G", "lima-off"], {
        encoding: "utf8",
      });
      expect(read.stdout).toContain(`controlpath ${world.file("off", "ssh.sock")}\n`);
    },
    limit,
  );
});

describe("template", () => {
  beforeAll(() => {
    world.write("script.sh", "#!/bin/sh\ntrue\n");
    world.write("lower.yaml", "cpus: 2\n");
    world.write(
      "t.yaml",
      `base: lower.yaml\nimages:\n- location: /etc/profile # here\nprovision:\n- file: script.sh\n`,
    );
  });
  const cwd = () => ({ cwd: world.root });

  test.each([
    [
      [],
      () =>
        `base: ${world.root}/lower.yaml\nimages:\n- location: /etc/profile  # here\nprovision:\n- file: ${world.root}/script.sh\n`,
    ],
    [
      ["--verbatim"],
      () => "base: lower.yaml\nimages:\n- location: /etc/profile # here\nprovision:\n- file: script.sh\n",
    ],
    [
      ["--embed"],
      () => "images:\n- location: /etc/profile  # here\nprovision:\n- script: |\n    #!/bin/sh\n    true\ncpus: 2\n",
    ],
  ])(
    "copy %j",
    async (flags, expected) => {
      expect(await world.ok(["template", "copy", ...flags, "t.yaml"], cwd())).toBe(expected());
    },
    limit,
  );

  test(
    "copy to a file replaces it",
    async () => {
      world.write("out.yaml", "old");
      expect(await world.ok(["tmpl", "copy", "--embed-all", "t.yaml", "out.yaml"], cwd())).toBe("");
      expect(readFileSync(join(world.root, "out.yaml"), "utf8")).toContain("cpus: 2\n");
    },
    limit,
  );

  test(
    "copy --embed leaves what `template:` names, and refuses other bases after it",
    async () => {
      world.write("mixed.yaml", "base: ['template:default', lower.yaml]\n");
      const run = await said(["template", "copy", "--embed", "mixed.yaml"], cwd());
      expect(run.records).toEqual([
        `fatal: cannot embed template \`${world.root}/lower.yaml\` after not embedding \`template:default\``,
      ]);
    },
    limit,
  );

  test(
    "copy --fill and yq agree; the driver is there only when a file names it",
    async () => {
      const filled = await world.ok(["template", "copy", "--fill", "t.yaml"], cwd());
      expect(filled).toContain("memory: ");
      expect(filled).not.toContain("vmType");
      expect(await world.ok(["template", "yq", "t.yaml", "."], cwd())).toBe(filled);
      expect(await world.ok(["template", "yq", "t.yaml", ".cpus"], cwd())).toBe("2\n");
      expect(await world.ok(["template", "yq", "t.yaml", ".vmType"], cwd())).toBe("null\n");
      const validated = await world.ok(["validate", "--fill", "t.yaml"], cwd());
      expect(validated).toContain("vmType: qemu\n");
      const twice = await world.ok(["template", "validate", "--fill", "t.yaml", "t.yaml"], cwd());
      expect(twice).toBe(`---\n${validated}...\n`.repeat(2));
    },
    limit,
  );

  test(
    "--fill merges the user's base, defaults and overrides",
    async () => {
      const config = join(world.limaHome, "_config");
      mkdirSync(config, { recursive: true });
      writeFileSync(join(config, "base.yaml"), "memory: 3GiB\n");
      writeFileSync(join(config, "default.yaml"), "memory: 1GiB\ndisk: 7GiB\n");
      writeFileSync(join(config, "override.yaml"), "cpus: 1\n");
      try {
        const yq = ["template", "yq", "t.yaml", '.memory + " " + .disk + " " + (.cpus | tostring)'];
        expect(await world.ok(yq, cwd())).toBe("3GiB 7GiB 1\n");
        expect(await world.ok(["template", "copy", "--embed-all", "t.yaml"], cwd())).not.toContain("memory");
      } finally {
        for (const name of ["base", "default", "override"]) spawnSync("rm", [join(config, `${name}.yaml`)]);
      }
    },
    limit,
  );

  test.each([
    [
      ["template", "copy", "--verbatim", "--fill", "t.yaml"],
      "--verbatim cannot be used with any of --embed, --embed-all, or --fill",
    ],
    [["validate", "bad.yaml"], "failed to validate YAML file `bad.yaml`: bad.yaml:"],
    [["template", "copy", "empty.yaml"], "don't know how to interpret `empty.yaml` as a template locator"],
    [["template", "url", "github:"], "github: URL must contain at least an ORG, got ``"],
  ])(
    "%j is refused",
    async (args, text) => {
      world.write("bad.yaml", "images: []\ncpus: -1\n");
      world.write("empty.yaml", "");
      const run = await said(args, cwd());
      expect([run.code, run.stdout]).toEqual([1, ""]);
      expect(run.records[0]).toStartWith(`fatal: ${text}`);
    },
    limit,
  );

  test(
    "standard input has no name to validate by",
    async () => {
      expect((await said(["validate", "-"], { stdin: image })).records).toEqual([
        "fatal: can't determine instance name from template locator `-`",
      ]);
    },
    limit,
  );

  test(
    "url prints what a locator stands for",
    async () => {
      expect(await said(["template", "url", "template://docker", "--debug"])).toEqual({
        code: 0,
        stdout: "template:docker\n",
        records: [
          "debug: Locator `template://docker` replaced with `template:docker`",
          "warning: Template locator `template://docker` should be written `template:docker` since Lima v2.0",
        ],
      });
    },
    limit,
  );

  test(
    "a terminal gets colours",
    async () => {
      const env = { _LIMA_OUTPUT_IS_TTY: "1" };
      expect(await world.ok(["template", "copy", "lower.yaml"], { ...cwd(), env })).toContain("\u001b[36mcpus");
    },
    limit,
  );
});

test(
  "generate-jsonschema prints the schema, or holds files against it",
  async () => {
    const schema = await world.ok(["generate-jsonschema"]);
    expect(schema).toStartWith('{\n    "$schema": "https://json-schema.org/draft/2020-12/schema",\n');
    const good = world.write("good.yaml", image);
    const bad = world.write("odd.yaml", "images: []\nfrobnicate: 1\n");
    expect((await said(["generate-jsonschema", good])).records).toEqual(["fatal: need --schemafile to validate"]);
    const file = join(world.root, "schema.json");
    const run = await said(["generate-jsonschema", "--schemafile", file, good, bad]);
    expect(run.code).toBe(1);
    expect(run.records[0]).toBe(`info: \`${good}\`: OK`);
    expect(run.records[1]).toContain(`\`${bad}\`: jsonschema validation failed`);
    expect(run.records[1]).toContain("frobnicate");
    expect(readFileSync(file, "utf8")).toBe(schema);
  },
  limit,
);

describe("prune", () => {
  const key = (url: string) => new Bun.CryptoHasher("sha256").update(url).digest("hex");
  const downloads = (own: World) => join(own.home, ".cache/lima/download/by-url-sha256");
  const template = "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2";

  test(
    "--keep-referred keeps what instances and templates name, and clears interrupted downloads",
    async () => {
      await using own = new World();
      const used = "https://example.invalid/used.img";
      const create = ["create", "--name=u", "--set", `.images=[{"location": "${used}"}]`, "-"];
      // Without the network the instance is made all the same; only its image is missing.
      await own.limactl(create, { stdin: image });
      for (const name of [key(used), key(template), key("https://example.invalid/gone.img")]) {
        mkdirSync(join(downloads(own), name), { recursive: true });
        for (const part of ["data", "data.part", "data.tmp.1.2"]) writeFileSync(join(downloads(own), name, part), "x");
      }
      const run = await own.limactl(["prune", "--keep-referred"]);
      expect(run.code).toBe(0);
      expect(records(run)).toEqual([]);
      expect(readdirSync(downloads(own)).sort()).toEqual([key(used), key(template)].sort());
      for (const name of [key(used), key(template)]) expect(readdirSync(join(downloads(own), name))).toEqual(["data"]);
    },
    limit,
  );

  test(
    "--keep-referred stops at an instance that is being made, and passes over one with errors",
    async () => {
      await using own = new World();
      await own.ok(["create", "--name=e", "-"], { stdin: image });
      writeFileSync(own.file("e", "lima.yaml"), "cpus: many\n");
      mkdirSync(join(downloads(own), "abc"), { recursive: true });
      const skipped = await own.limactl(["prune", "--keep-referred"]);
      expect(skipped.code).toBe(0);
      expect(records(skipped)[0]).toStartWith("warning: skipping instance `e` because it has errors: [");
      mkdirSync(own.file("half", ""));
      mkdirSync(join(downloads(own), "abc"), { recursive: true });
      const run = await own.limactl(["prune", "--keep-referred"]);
      expect(run.code).toBe(1);
      expect(records(run).at(-1)).toStartWith("fatal: cannot safely prune while instance `half` is being used: open ");
      expect(readdirSync(downloads(own))).toEqual(["abc"]);
    },
    limit,
  );

  test(
    "alone removes the whole cache",
    async () => {
      await using own = new World();
      const cache = join(own.home, ".cache/lima");
      mkdirSync(join(downloads(own), "abc"), { recursive: true });
      const run = await own.limactl(["prune"]);
      expect(records(run)).toEqual([`info: Pruning \`${cache}\``]);
      expect(existsSync(cache)).toBe(false);
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
    await own.ok(["create", "--name=w", "-"], { stdin: image });
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
  },
  limit,
);

describe("completion", () => {
  test(
    "--set of create completes to the fields of lima.yaml",
    async () => {
      expect(await world.ok(["__complete", "create", "--set", ".cpuT"])).toBe(".cpuType=\n:6\n");
    },
    limit,
  );

  test(
    "templates are those of the search path, without building blocks",
    async () => {
      await using own = new World();
      mkdirSync(join(own.limaHome, "_templates"), { recursive: true });
      writeFileSync(join(own.limaHome, "_templates", "mine.yaml"), image);
      const all = (await own.ok(["__complete", "create", "template:"])).split("\n");
      expect(all).toContain("template:mine");
      expect(all).toContain("template:default");
      expect(all.filter((each) => each.startsWith("template:_"))).toEqual([]);
      const only = join(own.root, "only");
      mkdirSync(only);
      writeFileSync(join(only, "one.yaml"), image);
      const env = { LIMA_TEMPLATES_PATH: only };
      expect(await own.ok(["__complete", "create", "template:"], { env })).toBe("template:one\n:0\n");
    },
    limit,
  );
});
