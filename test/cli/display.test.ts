import { describe, expect, test } from "bun:test";
import { type CommandEntry, defineCommand } from "../../src/cli/command.ts";
import { describeFailure } from "../../src/cli/error-text.ts";
import { commandHelp, groupHelp, rootHelp } from "../../src/cli/help.ts";
import { createLogger } from "../../src/cli/logger.ts";
import { createProgress, progressLine } from "../../src/cli/progress-bar.ts";
import { createPhases, phaseText, withStatusLine } from "../../src/cli/status-line.ts";
import { formatTable } from "../../src/cli/table.ts";
import { errorText, UserError } from "../../src/lib/errors.ts";

test("a table's columns are four apart and its lines have no trailing blanks", () => {
  const rows = [
    ["NAME", "STATUS", "DIR"],
    ["foo", "Stopped", "~/.lima/foo"],
    ["größer", "", ""],
  ];
  expect(formatTable(rows)).toBe(
    ["NAME      STATUS     DIR", "foo       Stopped    ~/.lima/foo", "größer", ""].join("\n"),
  );
  expect(formatTable([["A", "B"]])).toBe("A    B\n");
});

const sample = defineCommand({
  meta: { name: "sample", description: "Do a sample thing", examples: "  limactl sample x" },
  positionals: { usage: "THING" },
  args: {
    force: { type: "boolean", alias: "f", description: "Do it anyway" },
    format: { type: "string", description: "Output format", default: "table" },
    timeout: { type: "duration", description: "How long to wait", default: 600_000 },
    cpus: { type: "int", description: "Number of CPUs" },
    secret: { type: "string", description: "Nobody knows", hidden: true },
    set: { type: "stringArray", description: "Expressions", default: ["a", "b"] },
  },
  run() {},
});

const entry: CommandEntry = {
  name: "sample",
  aliases: ["s"],
  group: "basic",
  short: "Do a sample thing",
  target: { kind: "command", load: async () => sample },
};

describe("help", () => {
  test("of a command", () => {
    expect(commandHelp("limactl sample", entry, sample).split("\n\nGlobal Flags:")[0]).toBe(`Do a sample thing

Usage:
  limactl sample THING [flags]

Aliases:
  sample, s

Examples:
  limactl sample x

Flags:
      --cpus int           Number of CPUs
  -f, --force              Do it anyway
      --format string      Output format (default "table")
  -h, --help               help for sample
      --set stringArray    Expressions (default [a,b])
      --timeout duration   How long to wait (default 10m0s)`);
  });

  test("of a command that takes another one's options", () => {
    const inherited = { from: "create", args: { cpus: sample.args!.cpus, set: sample.args!.set } };
    const text = commandHelp("limactl sample", entry, { ...sample, inherited });
    expect(text.split("\n\n").map((part) => part.split("\n")[0])).toEqual([
      "Do a sample thing",
      "Usage:",
      "Examples:",
      "Flags:",
      "Flags inherited from `limactl create`:",
      "Global Flags:",
    ]);
    expect(text).toContain("\n      --set strings             Expressions (default [a,b])");
    expect(text.split("Flags inherited")[0]).not.toContain("--cpus");
  });

  test("of a group", () => {
    const group: CommandEntry = { ...entry, name: "things", target: { kind: "group", commands: [entry] } };
    expect(groupHelp("limactl things", group)).toStartWith(`Do a sample thing

Usage:
  limactl things [command]

Aliases:
  things, s

Available Commands:
  sample      Do a sample thing

Flags:
  -h, --help   help for things

Global Flags:
`);
  });

  test("of the root lists each command under its heading, in the order of the headings", () => {
    const commands: readonly CommandEntry[] = [
      { ...entry, name: "zeta" },
      { ...entry, name: "alpha" },
      { ...entry, name: "hidden-one", hidden: true },
      { ...entry, name: "wide", group: "advanced" },
      { ...entry, name: "help", group: "additional" },
      { ...entry, name: "rules", group: "topic" },
    ];
    const text = rootHelp(commands, [{ ...entry, name: "plug" }], "/usr/share/lima/templates");
    expect(text).toContain(`/usr/share/lima/templates

Basic Commands:
  alpha               Do a sample thing
  zeta                Do a sample thing

Advanced Commands:
  wide                Do a sample thing

Available Plugins (Experimental):
  plug                Do a sample thing

Additional Commands:
  help                Do a sample thing

Flags:
`);
    expect(text).toContain(
      '\n\nAdditional help topics:\n  limactl rules Do a sample thing\n\nUse "limactl [command] --help"',
    );
    expect(text).not.toContain("hidden-one");
    expect(rootHelp(commands, [], "/t")).toContain("\n\nAvailable Plugins (Experimental):\n\nAdditional Commands:\n");
  });
});

describe("progress", () => {
  const mib = 1024 ** 2;

  test.each([
    [
      { label: "image", done: 512 * mib, total: 1024 * mib, elapsedMs: 4000 },
      "image [========>       ] 50% 512MiB/1GiB 128MiB/s ETA 4s",
    ],
    [
      { label: "image", done: 1024 * mib, total: 1024 * mib, elapsedMs: 8000 },
      "image [================]100% 1GiB/1GiB 128MiB/s ETA 0s",
    ],
    [{ label: "image", done: 0, total: 1024, elapsedMs: 0 }, "image [>               ]  0% 0B/1KiB 0B/s"],
    [{ label: "image", done: 3 * mib, total: undefined, elapsedMs: 61_000 }, "image 3MiB 50.36KiB/s 1m01s"],
  ])("%j", (state, line) => {
    expect(progressLine(state)).toBe(line);
  });

  test("a line never exceeds 80 characters", () => {
    const line = progressLine({ label: "x".repeat(200), done: mib, total: 900 * mib, elapsedMs: 77 });
    expect(line.length).toBe(80);
    expect(line).toContain("x... [>");
  });

  function collect(bar: boolean, announces = false) {
    const written: string[] = [];
    let clock = 0;
    const logger = createLogger({
      write: (line) => written.push(line.replace(/^\S+ /, "")),
      level: "info",
      format: "text",
      colour: false,
      now: () => new Date(0),
      startedAt: new Date(0),
    });
    const terminal = { write: (text: string) => void written.push(text), isTerminal: true, columns: 80 };
    const progress = createProgress({ output: withStatusLine(terminal), bar, announces, logger, now: () => clock });
    return { progress, written, advance: (ms: number) => (clock += ms) };
  }

  test("without a terminal each ten per cent is one record", () => {
    const { progress, written } = collect(false);
    using transfer = progress("the image", 1000);
    for (let done = 0; done <= 1000; done += 30) transfer.update(done);
    transfer.update(1000);
    expect(written.length).toBe(10);
    expect(written[0]).toBe('level=info msg="the image: 10 % of 1000B"\n');
    expect(written[9]).toBe('level=info msg="the image: 100 % of 1000B"\n');
  });

  for (const bar of [false, true]) {
    test(`a download is told by a plain line before the ${bar ? "bar" : "records"}`, () => {
      const { progress, written } = collect(bar, true);
      using transfer = progress("the image (debian.qcow2)", 1000);
      transfer.update(1000);
      expect(written[0]).toBe("Downloading the image (debian.qcow2)\n");
      expect(written.filter((text) => text.includes("Downloading"))).toHaveLength(1);
    });
  }

  test("without a terminal and without a known size nothing is told", () => {
    const { progress, written } = collect(false);
    using transfer = progress("x", undefined);
    transfer.update(10);
    expect(written).toEqual([]);
  });

  test("at a terminal the bar is drawn in place, not more often than ten times a second, and ends its line once", () => {
    const { progress, written, advance } = collect(true);
    {
      using transfer = progress("x", 100);
      transfer.update(1);
      transfer.update(2);
      advance(100);
      transfer.update(50);
      transfer.finish();
      transfer.update(60);
    }
    expect(written.map((text) => text.replace(/ \[[^\n]*/, ""))).toEqual([
      "\r\u001b[Kx",
      "\r\u001b[Kx",
      "\r\u001b[K",
      "x\n",
    ]);
  });
});

describe("a status line", () => {
  const open = (isTerminal: boolean) => {
    const written: string[] = [];
    const output = withStatusLine({ write: (text) => void written.push(text), isTerminal, columns: 40 });
    return { written, output };
  };

  test("stays below what is written meanwhile", () => {
    const { written, output } = open(true);
    output.showStatus("busy");
    output.write("a record\n");
    output.showStatus(undefined);
    output.write("after\n");
    expect(written).toEqual(["\r\u001b[Kbusy", "\r\u001b[Ka record\nbusy", "\r\u001b[K", "after\n"]);
  });

  test("is not shown where there is no terminal", () => {
    const { written, output } = open(false);
    output.showStatus("busy");
    output.write("a record\n");
    expect(written).toEqual(["a record\n"]);
  });

  test("tells a phase and its time, and restarts the time with the next phase", () => {
    const { written, output } = open(true);
    let clock = 0;
    const phase = createPhases(output, true, () => clock)("Starting QEMU");
    clock = 12_900;
    phase.next("Waiting for ssh");
    phase.finish();
    phase.finish();
    expect(written).toEqual(["\r\u001b[KStarting QEMU (0s)", "\r\u001b[KWaiting for ssh (0s)", "\r\u001b[K"]);
    expect(phaseText("Waiting for ssh", 12_900, 40)).toBe("Waiting for ssh (12s)");
    expect(phaseText("x".repeat(99), 0, 40).length).toBe(39);
  });
});

describe("a failure is told", () => {
  const system = Object.assign(new Error("ENOENT: no such file or directory, open '/x y'"), { code: "ENOENT" });
  const rename = Object.assign(new Error("EXDEV: cross-device link not permitted, rename '/a' -> '/b'"), {
    code: "EXDEV",
  });
  const table: readonly (readonly [string, unknown, boolean])[] = [
    ["what is wrong", new UserError("what is wrong"), false],
    ["open /x y: no such file or directory", system, false],
    ["rename /a /b: cross-device link not permitted", rename, false],
    ["remove /d: directory not empty", new Error("ENOTEMPTY: directory not empty, rmdir '/d'"), false],
    ["one\ntwo", new AggregateError([new UserError("one"), new UserError("two")]), false],
    ["undefined is not a function", new TypeError("undefined is not a function"), true],
    ["RangeError", new RangeError(), true],
    ["thrown text", "thrown text", true],
  ];
  test.each(table)("%j", (message, error, bug) => {
    expect(describeFailure(error)).toEqual({ message, bug, noticed: [] });
  });

  test("what was noticed before the failure and its causes is told, in its order", () => {
    const notice = (message: string) => [{ message, fields: { at: message } }];
    const cause = new UserError("inner", { noticed: notice("first") });
    const error = new UserError("outer", { cause: new Error("between", { cause }), noticed: notice("second") });
    const all = new AggregateError([error, new UserError("other", { noticed: notice("third") })]);
    expect(describeFailure(all)).toEqual({
      message: "outer\nother",
      bug: false,
      noticed: [...notice("first"), ...notice("second"), ...notice("third")],
    });
  });
});

test.each([
  ["ENOENT: no such file or directory, posix_spawn '/bin/x'", "fork/exec /bin/x: no such file or directory"],
  ["ENOTDIR: not a directory, scandir '/etc/passwd'", "open /etc/passwd: not a directory"],
  ["EACCES: permission denied, unlink '/x'", "remove /x: permission denied"],
  ["ECONNREFUSED: connection refused, connect", "connect: connection refused"],
  ["ETOOLONG: not: a, system error", "ETOOLONG: not: a, system error"],
])("the text of %j", (message, text) => {
  expect(errorText(new Error(message))).toBe(text);
});
