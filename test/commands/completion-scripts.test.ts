import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { World } from "../support/limactl.ts";
import { converse } from "../support/terminal.ts";

let world: World;
beforeAll(() => {
  world = new World();
  for (const name of ["alpha-vm", "beta.vm", "_config"]) mkdirSync(join(world.limaHome, name), { recursive: true });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const environment = () => ({
  ...world.env,
  PATH: `${dirname(world.executable)}:${world.env.PATH}`,
  TERM: "xterm",
  NO_COLOR: "1",
});

/** Lines typed at a shell up to where Tab is pressed, and the line as it must stand then. */
const typed: readonly (readonly [string, string])[] = [
  ["limactl stop al", "limactl stop alpha-vm"],
  ["limactl stop alpha-vm b", "limactl stop alpha-vm beta.vm"],
  ["limactl compl", "limactl completion"],
  ["limactl create --mount-type re", "limactl create --mount-type reverse-sshfs"],
  ["limactl create --mount-type=re", "limactl create --mount-type=reverse-sshfs"],
  ["limactl create template:podman-", "limactl create template:podman-rootful"],
  ["limactl list --all-", "limactl list --all-fields"],
];

describe.each([
  ["bash", ["bash", "--norc", "--noprofile", "-i"], "source <(limactl completion bash)"],
  ["zsh", ["zsh", "-f", "-i"], "autoload -U compinit && compinit -u -D && source <(limactl completion zsh)"],
])("the script for %s in the real shell at a terminal", (name, shell, load) => {
  test("completes instances, templates, commands, options and values", async () => {
    const file = join(world.home, `lines-of-${name}`);
    // Completion asks the program; a line that is entered is only written down.
    const record = `limactl() { case "$1 $2" in __complete*|completion\\ *sh) command limactl "$@" ;; *) echo "limactl $*" >>${file} ;; esac }`;
    const { shown } = await converse(
      shell,
      [
        ["", "PS1='rea''dy> '\r"],
        ["ready> ", `${load}\r`],
        ["ready> ", `${record}\r`],
        ...typed.map(([line]) => ["ready> ", `${line}\t\r`] as const),
        ["ready> ", "echo do''ne; exit\r"],
      ],
      { cwd: world.home, env: environment(), columns: 200 },
    );
    expect(shown).toContain("done");
    expect((await Bun.file(file).text()).trimEnd().split("\n")).toEqual(typed.map(([, whole]) => whole));
  }, 60_000);
});

describe("the script for fish in the real shell", () => {
  test.each(typed)("%s", async (line, whole) => {
    const run = await world.startProgram(
      ["fish", "--no-config", "-c", `limactl completion fish | source; complete --do-complete '${line}'`],
      { env: environment() },
    ).finished;
    const candidates = run.stdout
      .trimEnd()
      .split("\n")
      .map((each) => each.split("\t")[0] ?? "");
    expect([run.stderr, candidates]).toEqual(["", [whole.split(" ").at(-1) ?? ""]]);
  });

  test("shows descriptions, and none without them", async () => {
    const describe = (options: string) =>
      world.startProgram(
        ["fish", "--no-config", "-c", `limactl completion fish ${options} | source; complete -C 'limactl sto'`],
        { env: environment() },
      ).finished;
    expect((await describe("")).stdout).toBe("stop\tStop instances\n");
    expect((await describe("--no-descriptions")).stdout).toBe("stop\n");
  });
});

test("the script for PowerShell is the one that was reviewed", async () => {
  const text = await world.ok(["completion", "powershell"]);
  expect(text).toMatchSnapshot();
  expect(await world.ok(["completion", "powershell", "--no-descriptions"])).toBe(
    text.replaceAll(" __complete ", " __completeNoDesc "),
  );
});
