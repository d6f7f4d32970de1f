import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { registry } from "../../src/commands/registry.ts";
import { World } from "../support/limactl.ts";
import { helpSections } from "./documented/help.ts";
import { askAll } from "./documented/program.ts";
import { type DocumentedCommand, documentedCommands } from "./documented/read.ts";

let world: World;
let rootHelp: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  world = new World();
  for (const name of ["two", "one", "_config", ".hidden"]) mkdirSync(join(world.limaHome, name), { recursive: true });
  rootHelp = helpSections(await world.ok(["--help"]));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** Names and texts of the commands that a section lists. */
function listing(lines: readonly string[] | undefined): ReadonlyMap<string, string> {
  return new Map((lines ?? []).map((line) => [line.slice(2).split(" ")[0] ?? "", line.replace(/^ {2}\S+ +/, "")]));
}

const everyListing = () =>
  new Map(
    ["Basic Commands:", "Advanced Commands:", "Additional Commands:"].flatMap((title) => [
      ...listing(rootHelp.get(title)),
    ]),
  );

/** What a wrong number of words must be told with, for each wrong number worth trying. */
function wrongNumbers({ path, min, max }: DocumentedCommand): readonly (readonly [number, string])[] {
  const accepts = (count: number) => {
    if (max === 0) return `unknown command "word" for "limactl ${path.join(" ")}"`;
    if (min === max) return `accepts ${min} arg(s), received ${count}`;
    if (max === Number.POSITIVE_INFINITY) return `requires at least ${min} arg(s), only received ${count}`;
    return min === 0
      ? `accepts at most ${max} arg(s), received ${count}`
      : `accepts between ${min} and ${max} arg(s), received ${count}`;
  };
  const few = min > 0 ? [min - 1] : [];
  const many = max < Number.POSITIVE_INFINITY ? [max + 1] : [];
  return [...few, ...many].map((count) => [count, accepts(count)]);
}

/** What each kind of positional completes to, after an empty word. */
const completions: Readonly<Record<string, { readonly some: readonly string[]; readonly end: string }>> = {
  I: { some: ["one", "two"], end: ":4" },
  "T+F": { some: ["template:docker"], end: ":0" },
  "I+T+F": { some: ["one", "two", "template:docker"], end: ":0" },
  N: { some: ["bridged", "host", "shared", "user-v2"], end: ":4" },
  F: { some: [], end: ":0" },
  "-": { some: [], end: ":4" },
};

describe.each(documentedCommands.map((command) => [command.path.join(" "), command] as const))(
  "%s",
  (name, command) => {
    test("shows its usage line and its aliases, by whatever name it is asked", async () => {
      const [top = "", sub] = command.path;
      const names = sub === undefined ? [] : [[top]];
      const lines = [
        [...command.path, "--help"],
        ["help", ...command.path],
        ...command.aliases.map((alias) => [...names.flat(), alias, "-h"]),
      ];
      const answers = await askAll(world, lines);
      expect(answers.map(({ code }) => code)).toEqual(lines.map(() => 0));
      expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
      const sections = helpSections(answers[0]?.stdout ?? "");
      expect(sections.get("Usage:")).toEqual([`  limactl ${command.usage}`]);
      const aliases =
        command.aliases.length === 0 ? undefined : [`  ${[command.path.at(-1), ...command.aliases].join(", ")}`];
      expect(sections.get("Aliases:")).toEqual(aliases as string[]);
      const order = [...sections.keys()].filter(
        (title) => title !== "Examples:" && title !== "Aliases:" && !title.startsWith("Flags inherited"),
      );
      expect(order).toEqual(["", "Usage:", "Flags:", "Global Flags:"]);
    });

    test("is listed where it belongs", () => {
      const titles = { B: "Basic Commands:", A: "Advanced Commands:" }[command.group];
      const listed = ["Basic Commands:", "Advanced Commands:", "Additional Commands:"].filter((title) =>
        listing(rootHelp.get(title)).has(name),
      );
      expect(listed).toEqual(titles === undefined ? [] : [titles]);
    });

    test("refuses a wrong number of words in the documented form", async () => {
      const cases = wrongNumbers(command);
      const answers = await askAll(
        world,
        cases.map(([count]) => [...command.path, ...Array.from({ length: count }, () => "word")]),
      );
      const [help] = await askAll(world, [["help", ...command.path]]);
      const short = everyListing().get(name) ?? (help?.stdout ?? "").split("\n")[0] ?? "";
      const told = (reason: string) =>
        command.wrapped
          ? `\`limactl ${name}\` ${reason}.\nSee \`limactl ${name} --help\`.\n\nUsage:  limactl ${command.usage}\n\n${short}`
          : reason;
      expect(answers.map(({ code, fatal }) => [code, fatal])).toEqual(cases.map(([, reason]) => [1, told(reason)]));
    });

    test("completes its words as documented", async () => {
      const [answer] = await askAll(world, [["__complete", ...command.path, ""]]);
      const lines = (answer?.stdout ?? "").trimEnd().split("\n");
      const { some, end } = completions[command.completes] ?? { some: [], end: "" };
      expect(lines.at(-1)).toBe(end);
      const words = lines.slice(0, -1);
      expect(words.filter((word) => some.includes(word))).toEqual([...some]);
      if (!command.completes.includes("T")) expect(words).toEqual([...some]);
    });
  },
);

test("no documented command is missing", () => {
  const names: readonly string[] = registry.map(({ name }) => name);
  expect(documentedCommands.filter(({ path }) => !names.includes(path[0] ?? ""))).toEqual([]);
});

test("no command is undocumented", () => {
  const own = ["help", "yq-restrictions", "url-fedora-rawhide", "sftp-server"];
  const known = documentedCommands.map(({ path }) => path[0] ?? "");
  const strangers = registry.map(({ name }) => name).filter((name) => ![...known, ...own].includes(name));
  expect(strangers).toEqual([]);
});

describe("section 2.7", () => {
  const group = (name: string) => [`limactl ${name} [command]`];
  test.each([["template"], ["completion"]])(
    "%s alone, and before a word it does not know, shows its help",
    async (name) => {
      const answers = await askAll(world, [[name], [name, "no-such"], [name, "--help"], ["help", name]]);
      expect(answers.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
      expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
      const sections = helpSections(answers[0]?.stdout ?? "");
      expect(sections.get("Usage:")).toEqual(group(name).map((line) => `  ${line}`));
      expect(answers[0]?.stdout).toEndWith(
        `\n\nUse "limactl ${name} [command] --help" for more information about a command.\n`,
      );
    },
  );

  const table: readonly (readonly [readonly string[], string])[] = [
    [["--no-such"], "unknown flag: --no-such"],
    [["list", "--no-such=1"], "unknown flag: --no-such"],
    [["-Z"], "unknown shorthand flag: 'Z' in -Z"],
    [["list", "-qZ"], "unknown shorthand flag: 'Z' in -Z"],
    [["list", "-Zq"], "unknown shorthand flag: 'Z' in -Zq"],
    [["list", "--format"], "flag needs an argument: --format"],
    [["list", "-f"], "flag needs an argument: 'f' in -f"],
    [["list", "-qf"], "flag needs an argument: 'f' in -f"],
    [["list", "---"], "bad flag syntax: ---"],
    [["list", "--=x"], "bad flag syntax: --=x"],
    [
      ["create", "--cpus=abc"],
      'invalid argument "abc" for "--cpus" flag: strconv.ParseInt: parsing "abc": invalid syntax',
    ],
    [["stop", "-f=x"], 'invalid argument "x" for "-f, --force" flag: strconv.ParseBool: parsing "x": invalid syntax'],
    [["start", "--timeout=x"], 'invalid argument "x" for "--timeout" flag: time: invalid duration "x"'],
    [
      ["start", "--ssh-port=-1"],
      'invalid argument "-1" for "--ssh-port" flag: strconv.ParseUint: parsing "-1": invalid syntax',
    ],
    [["no-such"], 'unknown command "no-such" for "limactl"'],
    [["ssh"], 'unknown command "ssh" for "limactl"\n\nDid you mean this?\n\tshell\n'],
    [["lisst"], 'unknown command "lisst" for "limactl"\n\nDid you mean this?\n\tlist\n'],
    [["RENA", "a", "b"], 'unknown command "RENA" for "limactl"\n\nDid you mean this?\n\trename\n'],
    [["hostagen"], 'unknown command "hostagen" for "limactl"'],
    [["--log-level=loud", "list"], 'not a valid logrus Level: "loud"'],
    [["list", "--log-format=xml"], "unsupported log-format: `xml`"],
    [["list", "--tty", "-y"], "cannot use both --tty and --yes flags at the same time"],
    [["tunnel", "--tty=0", "--yes=0", "x"], "cannot use both --tty and --yes flags at the same time"],
    [["shell"], "requires instance name as first argument"],
    [["list", "-q", "--", "--json"], "unmatched instances"],
    [["list", "-qftable", "gone"], "unmatched instances"],
    [
      ["shell", "gone", "--no-such"],
      "instance `gone` does not exist, run `limactl create gone` to create a new instance",
    ],
    [
      ["tunnel", "gone", "--", "-x"],
      "`limactl tunnel` accepts 1 arg(s), received 3.\nSee `limactl tunnel --help`.\n\nUsage:  limactl tunnel [flags] INSTANCE\n\nOpen a SOCKS proxy into the network of an instance",
    ],
  ];
  test("each error has the documented text and ends with 1", async () => {
    const answers = await askAll(
      world,
      table.map(([words]) => words),
    );
    expect(answers.map(({ code, fatal }, index) => [table[index]?.[0], code, fatal])).toEqual(
      table.map(([words, text]) => [words, 1, text]),
    );
  });

  test("limactl alone shows its help, --version the version", async () => {
    const answers = await askAll(world, [[], ["help"], ["-h"], ["--debug", "--help"], ["-v"], ["--version"]]);
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(new Set(answers.slice(0, 4).map(({ stdout }) => stdout)).size).toBe(1);
    for (const { stdout } of answers.slice(4))
      expect(stdout).toMatch(/^limactl version 2\.2\.0\+limabun\.\d+\.\d+\.\d+\n$/);
    expect([...rootHelp.keys()]).toEqual([
      "",
      "Usage:",
      "Examples:",
      "Basic Commands:",
      "Advanced Commands:",
      "Available Plugins (Experimental):",
      "Additional Commands:",
      "Flags:",
      "Additional help topics:",
    ]);
    expect(rootHelp.get("Examples:")?.at(-1)).toEndWith(join(world.root, "share/lima/templates"));
    expect([...listing(rootHelp.get("Additional Commands:")).keys()]).toEqual(["completion", "help"]);
    for (const title of ["Basic Commands:", "Advanced Commands:", "Additional Commands:"]) {
      const lines = rootHelp.get(title) ?? [];
      expect(lines).toEqual(lines.toSorted());
      for (const line of lines) expect(line.slice(0, 22)).toMatch(/^ {2}\S.{18} $/);
    }
  });
});
