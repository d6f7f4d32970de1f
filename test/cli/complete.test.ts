import { describe, expect, test } from "bun:test";
import type { CommandEntry } from "../../src/cli/command.ts";
import { defineCommand } from "../../src/cli/command.ts";
import { complete } from "../../src/cli/complete.ts";
import { completionText, directiveText, type NameLists, namesWanted } from "../../src/cli/complete-names.ts";
import type { Host } from "../../src/lib/host.ts";

const host: Host = {
  os: "linux",
  arch: "x86_64",
  osVersion: "6.1",
  cpus: 6,
  memoryBytes: 8 * 1024 ** 3,
  home: "/home/u",
  user: { name: "u", comment: "", uid: 1000, gid: 1000 },
  env: {},
  cwd: "/",
  self: ["limactl"],
  now: new Date(0),
};

const names: NameLists = {
  instances: async () => ["default", "foo"],
  templates: async () => ["_images/debian", "debian", "docker", "experimental/_x", "experimental/y"],
  disks: async () => ["data"],
  networks: async () => {
    throw new Error("unreadable");
  },
};

const meta = (name: string) => ({ name, description: `About ${name}` });
const load = (command: ReturnType<typeof defineCommand>) => ({ kind: "command" as const, load: async () => command });
const entry = (name: string, target: CommandEntry["target"], more: Partial<CommandEntry> = {}): CommandEntry => ({
  name,
  group: "basic",
  short: `About ${name}`,
  target,
  ...more,
});

const start = defineCommand({
  meta: meta("start"),
  positionals: { usage: "NAME", complete: "instances+templates" },
  args: {
    cpus: { type: "int", alias: "c", description: "CPUs", complete: (_typed, { cpus }) => ["1", String(cpus)] },
    set: { type: "stringArray", description: "Expression" },
    plain: { type: "boolean", alias: "p", description: "Plain mode" },
    type: { type: "string", description: "Type", complete: ["qemu", "vz"] },
    secret: { type: "string", description: "x", hidden: true },
  },
  run() {},
});
const shell = defineCommand({
  meta: meta("shell"),
  positionals: { usage: "INSTANCE [COMMAND...]", complete: "instances", endsFlags: true },
  run() {},
});
const diskCreate = defineCommand({
  meta: meta("create"),
  positionals: { usage: "DISK", complete: "files" },
  args: { size: { type: "string", description: "Size", required: true } },
  run() {},
});
const simple = (name: string, kind: "disks" | "networks" | "files" | "nothing") =>
  defineCommand({ meta: meta(name), positionals: { usage: "", complete: kind }, run() {} });

const commands: readonly CommandEntry[] = [
  entry("start", load(start)),
  entry("shell", load(shell)),
  entry("stop", load(simple("stop", "nothing"))),
  entry("validate", load(simple("validate", "files"))),
  entry("net", load(simple("net", "networks"))),
  entry("hidden", load(simple("hidden", "files")), { hidden: true }),
  entry("rules", { kind: "topic", text: "" }, { group: "topic" }),
  entry("help", { kind: "help" }, { group: "additional" }),
  entry("disk", {
    kind: "group",
    commands: [entry("create", load(diskCreate)), entry("delete", load(simple("delete", "disks")))],
  }),
];

async function answer(line: string): Promise<readonly [readonly string[], number]> {
  const words = line.split(" ");
  const { candidates, directive } = await complete(words.slice(0, -1), words.at(-1) ?? "", { commands, names, host });
  return [candidates.map(({ value }) => value), directive];
}

const globals = ["--debug", "--log-format", "--log-level", "--tty", "--yes", "-y"];

describe("what completes", () => {
  const table: readonly (readonly [string, readonly string[], number])[] = [
    ["", ["disk", "help", "net", "shell", "start", "stop", "validate"], 4],
    ["st", ["start", "stop"], 4],
    ["--debug st", ["start", "stop"], 4],
    ["--log-level debug sto", ["stop"], 4],
    ["disk ", ["create", "delete"], 4],
    ["disk d", ["delete"], 4],
    ["disk delete ", ["data"], 4],
    ["disk create ", ["--size"], 0],
    ["disk create --s", ["--size"], 4],
    ["disk create --size 1 ", [], 0],
    ["help st", ["start", "stop"], 4],
    ["help disk ", ["create", "delete"], 4],
    ["nope ", [], 0],
    ["net ", [], 0],
    ["stop ", [], 4],
    ["validate ", [], 0],
    ["shell ", ["default", "foo"], 4],
    ["shell foo -", ["default", "foo"], 4],
    ["start d", ["default", "foo"], 0],
    ["start template:d", ["default", "foo", "template:debian", "template:docker"], 0],
    ["start template:experimental/", ["default", "foo", "template:experimental/y"], 0],
    ["start -", [...globals, "--cpus", "-c", "--help", "-h", "--plain", "-p", "--set", "--type"], 4],
    ["start --plain --set=a --p", [], 4],
    ["start --plain --set=a --s", ["--set"], 4],
    ["start --cpus ", ["1", "6"], 4],
    ["start -c ", ["1", "6"], 4],
    ["start -pc ", ["1", "6"], 4],
    ["start --cpus=", ["1", "6"], 4],
    ["start --type q", ["qemu", "vz"], 4],
    ["start --type=q", ["qemu", "vz"], 4],
    ["start --set ", [], 0],
    ["start --nope=", [], 0],
    ["start -- --", ["default", "foo"], 0],
    ["-v", ["-v"], 4],
  ];
  test.each(table)("%j", async (line, candidates, directive) => {
    expect(await answer(line)).toEqual([candidates, directive]);
  });
});

test("options before that are wrong end the completion with their error", async () => {
  expect(answer("start --cpus x -")).rejects.toThrow('invalid argument "x" for "-c, --cpus" flag');
});

test("the answer is a candidate per line, then the directive", () => {
  const completion = {
    candidates: [{ value: "a", description: "first\nsecond" }, { value: "b" }],
    directive: 6,
  };
  expect(completionText(completion, true)).toBe("a\tfirst\nb\n:6");
  expect(completionText(completion, false)).toBe("a\nb\n:6");
  expect(directiveText(6)).toBe("ShellCompDirectiveNoSpace, ShellCompDirectiveNoFileComp");
  expect(directiveText(0)).toBe("ShellCompDirectiveDefault");
});

describe("names alone are wanted", () => {
  const stop: CommandEntry = {
    name: "stop",
    aliases: ["halt"],
    group: "basic",
    short: "",
    completes: "instances",
    target: { kind: "command", load: () => Promise.reject(new Error("loaded")) },
  };
  const { completes: _, ...plain } = stop;
  const commands: readonly CommandEntry[] = [
    stop,
    { ...plain, name: "copy" },
    { name: "group", group: "advanced", short: "", target: { kind: "group", commands: [{ ...stop, name: "enable" }] } },
  ];
  test.each([
    [["stop"], "", "instances"],
    [["stop", "a"], "b", "instances"],
    [["halt"], "b", "instances"],
    [["group", "enable"], "", "instances"],
    [["stop"], "--f", undefined],
    [["stop", "--force"], "", undefined],
    [["--debug", "stop"], "", undefined],
    [["copy"], "", undefined],
    [["group"], "en", undefined],
    [[], "stop", undefined],
    [["nosuch"], "", undefined],
  ] as const)("after %j, at %j: %p", (words, typed, wanted) => {
    expect(namesWanted(commands, words, typed)).toBe(wanted as never);
  });
});
