import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { World } from "../support/limactl.ts";
import { converse } from "../support/terminal.ts";

let world: World;
let template = "";
let directory = "";
beforeAll(() => {
  world = new World();
  template = world.write("mine.yaml", "# mine\nimages: [location: /etc/profile]\n");
  directory = join(world.root, "cwd");
  mkdirSync(directory);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const down = "\u001b[B";
const up = "\u001b[A";
const menu = "[Use arrows to move, type to filter]";
/** The last line of the menu, after which it waits for a key. */
const whole = "Exit\r\n";

/** Runs `limactl create` at a terminal with an editor that is a script. */
async function create(
  name: string,
  answers: readonly (readonly [string, string])[],
  more: readonly string[] = [],
  editor = "true",
) {
  const program = world.write(`editor-of-${name}`, `#!/bin/sh\n${editor}\n`);
  chmodSync(program, 0o755);
  return await converse([world.executable, "create", `--name=${name}`, ...more, template], answers, {
    cwd: directory,
    env: { ...world.env, EDITOR: program, TERM: "xterm", NO_COLOR: "1" },
    columns: 200,
  });
}

const stored = (name: string) => readFileSync(world.file(name, "lima.yaml"), "utf8");
const exists = (name: string) => existsSync(world.file(name, ""));

describe("the menu of create at a terminal", () => {
  test("offers four choices, and Enter proceeds with the options applied", async () => {
    const { shown, code } = await create("proceed", [[whole, "\r"]], ["--cpus=3"]);
    for (const line of [
      `? Creating an instance \`proceed\`  ${menu}`,
      "> Proceed with the current configuration",
      "  Open an editor to review or modify the current configuration",
      "  Choose another template (docker, podman, archlinux, fedora, ...)",
      "  Exit",
      "? Creating an instance `proceed` Proceed with the current configuration",
      "Run `limactl start proceed` to start the instance.",
    ]) {
      expect(shown).toContain(line);
    }
    expect([code, stored("proceed")]).toEqual([0, "# mine\nimages: [{location: /etc/profile}]\ncpus: 3\n"]);
  });

  test("Exit leaves without an instance, and so does Ctrl-C, which is an error", async () => {
    const left = await create("left", [[whole, `${up}\r`]]);
    expect(left.shown).toContain("Choosing to exit");
    expect([left.code, exists("left")]).toEqual([0, false]);
    const interrupted = await create("left", [[whole, "\u0003"]]);
    expect(interrupted.shown).toMatch(/FATA\[\d{4}\] Interrupted by user/);
    expect([interrupted.code, exists("left")]).toEqual([1, false]);
  });

  test("another template keeps the name, and the menu comes again", async () => {
    const { shown, code } = await create("other", [
      [whole, `${down}${down}\r`],
      ["? Choose a template", ""],
      [menu, "alpine-iso"],
      ["> alpine-iso", "\r"],
      [whole, `${up}\r`],
    ]);
    expect(shown).toContain("? Choose a template alpine-iso");
    expect(shown.split("Creating an instance `other`").length).toBeGreaterThan(2);
    expect([code, exists("other")]).toEqual([0, false]);
  });

  test("the editor shows what would be created, with the options applied, and what is saved is created", async () => {
    const edits = 'cp "$1" seen; echo "memory: 1GiB" >>"$1"';
    const { code } = await create("edited", [[whole, `${down}\r`]], ["--cpus=3"], edits);
    expect(code).toBe(0);
    const seen = readFileSync(join(directory, "seen"), "utf8");
    expect(seen).toMatch(/^#.*"edited"/);
    expect(seen).toEndWith("cpus: 3\n");
    expect(stored("edited")).toBe("# mine\nimages: [{location: /etc/profile}]\ncpus: 3\nmemory: 1GiB\n");
  });

  test("an emptied buffer aborts; one that is not valid is kept for its author", async () => {
    const emptied = await create("none", [[whole, `${down}\r`]], [], ': >"$1"');
    expect(emptied.shown).toContain("Aborting, as requested by saving the file with empty content");
    expect([emptied.code, exists("none")]).toEqual([0, false]);
    const refused = await create("none", [[whole, `${down}\r`]], [], 'echo "cpus: -1" >>"$1"');
    expect(refused.shown).toContain("the YAML is invalid, saved the buffer as `lima.REJECTED.yaml`: ");
    expect([refused.code, exists("none")]).toEqual([1, false]);
    expect(readFileSync(join(directory, "lima.REJECTED.yaml"), "utf8")).toEndWith("cpus: -1\n");
  });

  test("an editor that fails, and none at all", async () => {
    const failed = await create("none", [[whole, `${down}\r`]], [], "exit 3");
    expect(failed.shown).toContain("could not execute editor");
    expect(failed.shown).toContain("exit status 3");
    expect(failed.code).toBe(1);
    const bare = await converse([world.executable, "create", "--name=none", template], [[whole, `${down}\r`]], {
      cwd: directory,
      env: { ...world.env, PATH: join(world.root, "empty"), TERM: "xterm", NO_COLOR: "1" },
      columns: 200,
    });
    expect(bare.shown).toContain("could not detect a text editor binary, try setting $EDITOR");
    expect(readdirSync(world.limaHome).includes("none")).toBe(false);
  });

  test("an option that cannot be applied is told before the menu", async () => {
    const { shown, code } = await create("none", [], ["--set=.cpus=["]);
    expect(shown).toMatch(/WARN\[\d{4}\] Failed to evaluate yq expression/);
    expect([shown.includes("Proceed"), code]).toEqual([false, 1]);
  });

  test("with -y nothing is asked", async () => {
    const { shown, code } = await create("quiet", [], ["-y"]);
    expect(shown).toContain("Terminal is not available, proceeding without opening an editor");
    expect([shown.includes("?"), code]).toEqual([false, 0]);
  });
});

test("edit, clone and rename ask whether to start, and take no for an answer", async () => {
  const run = (words: readonly string[], answer: string) =>
    converse([world.executable, ...words], [["? Do you want to start the instance now? (Y/n) ", answer]], {
      cwd: directory,
      env: { ...world.env, TERM: "xterm", NO_COLOR: "1" },
      columns: 200,
    });
  await world.ok(["create", "--name=asked", "--tty=false", template]);
  expect((await run(["edit", "asked", "--cpus=2"], "n\r")).code).toBe(0);
  expect((await run(["clone", "asked", "copied"], "maybe\rno\r")).shown).toContain("Sorry, your reply was invalid");
  expect((await run(["rename", "copied", "moved"], "N\r")).code).toBe(0);
  expect((await run(["rename", "moved", "moved2"], "\u0003")).shown).toMatch(/FATA\[\d{4}\] interrupt/);
  expect((await run(["shell", "asked"], "no\r")).shown).toContain(
    "instance `asked` is stopped, run `limactl start asked`",
  );
  expect(await world.ok(["ls", "-f", "{{.Name}} {{.Status}}"])).toContain("asked Stopped\n");
});
