import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { World } from "../support/limactl.ts";
import { createStopped, noGuest, said } from "../support/records.ts";

let world: World;
beforeAll(() => {
  world = new World();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const limit = 60_000;
const stored = (name: string) => readFileSync(world.file(name, "lima.yaml"), "utf8");

test(
  "several deletes of one instance at once leave nothing in its place, and each says what it found",
  async () => {
    for (let round = 0; round < 5; round += 1) {
      await createStopped(world, "wanted");
      const runs = await Promise.all(Array.from({ length: 4 }, () => said(world, ["delete", "wanted"])));
      expect(readdirSync(world.limaHome)).not.toContain("wanted");
      const ends = runs.map(({ records }) => records.at(-1) ?? "");
      expect(ends.filter((text) => text.startsWith("info: Deleted `wanted`"))).toHaveLength(1);
      const others = ends.filter((text) => !text.startsWith("info: Deleted"));
      for (const text of others) {
        expect(text).toMatch(/^(warning: Ignoring non-existent instance|fatal: .*(another limactl|wanted))/);
      }
    }
  },
  limit,
);

test(
  "protect and unprotect say what they did, skip what is done, and go on after a failure",
  async () => {
    await createStopped(world, "guard");
    expect(await said(world, ["protect", "nobody", "guard"])).toEqual({
      code: 1,
      stdout: "",
      records: [
        "info: Protected `guard`",
        `fatal: failed to inspect instance \`nobody\`: open ${world.file("nobody", "lima.yaml")}: no such file or directory`,
      ],
    });
    const { mode, size } = statSync(world.file("guard", "protected"));
    expect([mode & 0o777, size]).toEqual([0o400, 0]);
    expect((await said(world, ["protect", "guard"])).records).toEqual([
      "warning: Instance `guard` is already protected. Skipping.",
    ]);
    expect((await said(world, ["delete", "--force", "guard"])).records).toEqual([
      "fatal: failed to delete instance `guard`: instance is protected to prohibit accidental removal (Hint: use `limactl unprotect`)",
    ]);
    expect((await said(world, ["factory-reset", "guard"])).records).toEqual([
      "fatal: instance is protected to prohibit accidental factory-reset (Hint: use `limactl unprotect`)",
    ]);
    expect(await said(world, ["unprotect", "guard", "guard"])).toEqual({
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
    await createStopped(world, "broken");
    await world.ok(["protect", "broken"]);
    writeFileSync(world.file("broken", "lima.yaml"), "cpus: [\n");
    const run = await said(world, ["delete", "broken"]);
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
      await createStopped(
        world,
        "ed",
        "images: [location: /etc/profile]\nparam:\n  A: b\nprovision:\n- script: |\n    #!/bin/sh\n    echo $PARAM_A\n",
      );
      const edited = ["info: Instance `ed` configuration edited"];
      expect((await said(world, ["edit", "ed", "--cpus=3", "--param", "A=c"])).records).toEqual(edited);
      expect(stored("ed")).toContain("cpus: 3\n");
      expect(stored("ed")).toContain("A: c\n");
      expect((await said(world, ["edit", "ed", "--cpus=3"])).records).toEqual([
        "info: Aborting, no changes made to the instance",
      ]);
      expect(await said(world, ["edit", "ed"])).toEqual({
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
      if (!existsSync(world.file("bad", "lima.yaml"))) await createStopped(world, "bad");
      const before = stored("bad");
      const cwd = join(world.root, `cwd-${Bun.hash(flags.join())}`);
      mkdirSync(cwd);
      const run = await said(world, ["edit", "bad", ...flags], { cwd });
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
      world.write("base.yaml", noGuest);
      const file = world.write("file.yaml", "base: base.yaml # kept\n");
      expect((await said(world, ["edit", file, "--cpus=2"])).code).toBe(0);
      expect(readFileSync(file, "utf8")).toBe("base: base.yaml  # kept\ncpus: 2\n");
      expect((await said(world, ["edit", "gone.yaml", "--cpus=2"])).records).toEqual([
        "fatal: open gone.yaml: no such file or directory",
      ]);
    },
    limit,
  );

  test(
    "of an instance that does not exist",
    async () => {
      expect((await said(world, ["edit", "nobody"])).records).toEqual(["fatal: instance `nobody` not found"]);
    },
    limit,
  );
});

describe("at a terminal", () => {
  /** Runs limactl at a terminal whose editor is a script. @returns what was shown, and the exit code */
  async function atTerminal(args: readonly string[], editor: string) {
    const program = world.write(`editor-${Bun.hash(editor)}`, `#!/bin/sh\n${editor}\n`);
    spawnSync("chmod", ["755", program]);
    // The child's end may be known before its last words are; a shell's word after them tells that all were read.
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    let shown = "";
    const decoder = new TextDecoder();
    const terminal = new Bun.Terminal({
      cols: 200,
      rows: 24,
      data: (self, chunk) => {
        const text = decoder.decode(chunk, { stream: true });
        shown += text;
        if (text.includes("start the instance now?")) self.write("n\r");
        if (/\[code \d+\]/.test(shown)) end();
      },
    });
    const child = Bun.spawn(["bash", "-c", '"$@"; echo "[code $?]"', "bash", world.executable, ...args], {
      terminal,
      cwd: world.root,
      env: { ...world.env, EDITOR: program, TERM: "xterm", NO_COLOR: "1" },
    });
    await Promise.all([ended, child.exited]);
    terminal.close();
    const code = Number(/\[code (\d+)\]/.exec(shown)?.[1]);
    return { code, shown };
  }

  test(
    "edit opens the editor below a header that quotes the user's defaults, then asks whether to start",
    async () => {
      await createStopped(world, "typed", "images: [location: /etc/profile]\n");
      mkdirSync(join(world.limaHome, "_config"), { recursive: true });
      const defaults = join(world.limaHome, "_config", "default.yaml");
      writeFileSync(defaults, "memory: 1GiB\n\n# mine\n");
      const copy = join(world.root, "seen");
      const run = await atTerminal(["edit", "typed"], `cp "$1" ${copy}; echo "cpus: 2" >>"$1"`);
      spawnSync("rm", [defaults]);
      expect(run.shown).toContain("Instance `typed` configuration edited");
      expect(run.shown).toContain("? Do you want to start the instance now? (Y/n)");
      expect(run.code).toBe(0);
      expect(stored("typed")).toBe("images: [location: /etc/profile]\ncpus: 2\n");
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
      await createStopped(world, "typo");
      const aborted = await atTerminal(["edit", "typo"], ': >"$1"');
      expect(aborted.shown).toContain("Aborting, as requested by saving the file with empty content");
      expect(aborted.code).toBe(0);
      const refused = await atTerminal(["edit", "typo"], 'echo "cpus: [" >"$1"');
      expect(refused.shown).toContain("the YAML is invalid, saved the buffer as `lima.REJECTED.yaml`: ");
      expect(refused.code).toBe(1);
      expect(readFileSync(join(world.root, "lima.REJECTED.yaml"), "utf8")).toBe("cpus: [\n");
      expect(stored("typo")).toBe(noGuest);
    },
    limit,
  );
});

describe("factory-reset", () => {
  test(
    "removes all but the configuration, and writes cloud-config.yaml anew",
    async () => {
      await createStopped(world, "reset");
      mkdirSync(world.file("reset", "sock"));
      mkdirSync(world.file("reset", "mine"));
      for (const name of ["mine/x", "notes.yml", "ssh.sock", "vz-identifier"])
        writeFileSync(world.file("reset", name), "");
      const run = await said(world, ["factory-reset", "reset"]);
      expect(run.code).toBe(0);
      expect(run.records).toContain(`info: Removing \`${world.file("reset", "diffdisk")}\``);
      expect(run.records.filter((each) => each.startsWith("error: "))).toHaveLength(1);
      expect(run.records.at(-1)).toBe("info: Instance `reset` has been factory reset");
      expect(readdirSync(world.file("reset", "")).sort()).toEqual(
        ["cloud-config.yaml", "lima-version", "lima.yaml", "mine", "notes.yml", "vz-identifier"].sort(),
      );
      const cloudConfig = readFileSync(world.file("reset", "cloud-config.yaml"), "utf8");
      expect(cloudConfig).toStartWith("#cloud-config\n");
      expect(cloudConfig).toContain("\n  name_nics() {\n");
    },
    limit,
  );

  test(
    "of an instance that does not exist succeeds",
    async () => {
      expect(await said(world, ["factory-reset", "nobody"])).toEqual({
        code: 0,
        stdout: "",
        records: ["info: Instance `nobody` not found"],
      });
    },
    limit,
  );
});
