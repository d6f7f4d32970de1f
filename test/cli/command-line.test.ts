import { describe, expect, test } from "bun:test";
import { arityProblem, checkArity, usageLine } from "../../src/cli/arity.ts";
import { type CommandEntry, defineCommand, type Positionals } from "../../src/cli/command.ts";
import { globalFlags, globalSettings, helpFlag, versionFlag } from "../../src/cli/global-flags.ts";
import { lookup } from "../../src/cli/lookup.ts";
import { parseArgs } from "../../src/cli/parse.ts";
import { suggestions, unknownCommand } from "../../src/cli/suggest.ts";

const leaf = (name: string, more: Partial<CommandEntry> = {}): CommandEntry => ({
  name,
  group: "basic",
  short: name,
  target: { kind: "topic", text: "" },
  ...more,
});

const commands: readonly CommandEntry[] = [
  leaf("create"),
  leaf("delete", { aliases: ["remove", "rm"] }),
  leaf("list", { aliases: ["ls"] }),
  leaf("shell", { suggestFor: ["ssh"] }),
  leaf("secret", { hidden: true }),
  leaf("disk", { target: { kind: "group", commands: [leaf("create"), leaf("list", { aliases: ["ls"] })] } }),
];

const rootFlags = { ...globalFlags, ...helpFlag("limactl"), ...versionFlag };

describe("a command is found wherever the options stand", () => {
  const table: readonly (readonly [readonly string[], readonly string[], readonly string[], string | undefined])[] = [
    [["list", "a"], ["list"], ["a"], undefined],
    [["ls"], ["list"], [], undefined],
    [["--debug", "list"], ["list"], ["--debug"], undefined],
    [["--log-level", "debug", "list"], ["list"], ["--log-level", "debug"], undefined],
    [["--log-level=debug", "list", "x"], ["list"], ["--log-level=debug", "x"], undefined],
    [["-y", "rm", "x"], ["delete"], ["-y", "x"], undefined],
    [["disk", "--debug", "ls", "--json"], ["disk", "list"], ["--debug", "--json"], undefined],
    [["disk", "nope"], ["disk"], ["nope"], undefined],
    [["disk"], ["disk"], [], undefined],
    [["shell", "list"], ["shell"], ["list"], undefined],
    [["nope", "--help"], [], ["nope", "--help"], "nope"],
    [["--unknown", "list"], [], ["--unknown", "list"], undefined],
    [["--", "list"], [], ["--", "list"], undefined],
    [[], [], [], undefined],
  ];
  test.each(table)("%j", (line, path, args, unknown) => {
    const found = lookup(commands, line, rootFlags);
    expect([found.path.map((entry) => entry.name), found.args, found.unknown]).toEqual([[...path], [...args], unknown]);
  });
});

describe("a name that is none", () => {
  test.each([
    ["ssh", ["shell"]],
    ["SSH", ["shell"]],
    ["lis", ["list", "disk"]],
    ["lsit", ["list"]],
    ["DEL", ["delete"]],
    ["secre", []],
    ["xyzzy", []],
  ])("%s suggests %j", (word, names) => {
    expect(suggestions(word, commands)).toEqual(names);
  });

  test("is told with what may have been meant", () => {
    expect(unknownCommand("ssh", commands)).toBe(
      'unknown command "ssh" for "limactl"\n\nDid you mean this?\n\tshell\n',
    );
    expect(unknownCommand("xyzzy", commands)).toBe('unknown command "xyzzy" for "limactl"');
  });
});

describe("the number of positionals", () => {
  const table: readonly (readonly [Partial<Positionals>, number, string | undefined])[] = [
    [{}, 0, undefined],
    [{}, 9, undefined],
    [{ max: 0 }, 0, undefined],
    [{ max: 0 }, 1, 'unknown command "0" for "limactl x"'],
    [{ min: 2, max: 2 }, 1, "accepts 2 arg(s), received 1"],
    [{ min: 2 }, 1, "requires at least 2 arg(s), only received 1"],
    [{ max: 1 }, 2, "accepts at most 1 arg(s), received 2"],
    [{ min: 1, max: 2 }, 3, "accepts between 1 and 2 arg(s), received 3"],
    [{ min: 1, max: 2 }, 0, "accepts between 1 and 2 arg(s), received 0"],
    [{ min: 1, max: 2 }, 2, undefined],
  ];
  test.each(table)("%j with %d words", (positionals, count, expected) => {
    const words = Array.from({ length: count }, (_, index) => String(index));
    expect(arityProblem({ usage: "", ...positionals }, words, "limactl x")).toBe(expected);
  });

  const command = defineCommand({
    meta: { name: "delete", description: "Delete an instance" },
    positionals: { usage: "INSTANCE [INSTANCE, ...]", min: 1 },
    run() {},
  });

  test("is refused with the usage", () => {
    expect(() => checkArity(command, "limactl delete", [])).toThrow(
      "`limactl delete` requires at least 1 arg(s), only received 0.\nSee `limactl delete --help`.\n\nUsage:  limactl delete INSTANCE [INSTANCE, ...] [flags]\n\nDelete an instance",
    );
  });

  test("is refused with the reason alone where the command says so", () => {
    const bare = { ...command, positionals: { ...command.positionals, bareErrors: true } };
    expect(() => checkArity(bare, "limactl delete", [])).toThrow(/^requires at least 1 arg\(s\), only received 0$/);
  });

  test("a usage line that names the flags itself gets no second mention", () => {
    expect(usageLine("limactl shell", { usage: "[flags] INSTANCE" })).toBe("limactl shell [flags] INSTANCE");
    expect(usageLine("limactl prune", { usage: "" })).toBe("limactl prune [flags]");
  });
});

describe("global options", () => {
  const settings = (line: readonly string[], terminal = true, command = "list") =>
    globalSettings(parseArgs(rootFlags, line), command, terminal);

  test.each([
    [[], "info"],
    [["--debug"], "debug"],
    [["--debug", "--log-level=WARN"], "warning"],
    [["--log-level", "warning"], "warning"],
    [["--log-level=trace"], "trace"],
  ])("%j set the level %s", (line, level) => {
    expect(settings(line).logLevel as string).toBe(level);
  });

  test.each([
    [[], true, true],
    [[], false, false],
    [["--tty"], false, true],
    [["--tty=false"], true, false],
    [["-y"], true, false],
    [["--yes=false"], true, true],
  ])("%j with a terminal %s allow prompts: %s", (line, terminal, tty) => {
    expect(settings(line, terminal).tty).toBe(tty);
  });

  test.each([
    [["--log-level=loud"], 'not a valid logrus Level: "loud"'],
    [["--log-level=constructor"], 'not a valid logrus Level: "constructor"'],
    [["--log-format=xml"], "unsupported log-format: `xml`"],
    [["--tty", "--yes"], "cannot use both --tty and --yes flags at the same time"],
    [["--tty=false", "--yes=false"], "cannot use both --tty and --yes flags at the same time"],
  ])("%j are refused", (line, message) => {
    expect(() => settings(line)).toThrow(message);
  });

  test("--yes is deprecated where it once answered the command's own question", () => {
    expect(settings(["-y"], true, "edit").yesIsDeprecated).toBe(true);
    expect(settings(["-y"], true, "start").yesIsDeprecated).toBe(false);
    expect(settings([], true, "edit").yesIsDeprecated).toBe(false);
  });
});
