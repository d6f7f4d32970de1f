import { describe, expect, test } from "bun:test";
import {
  formatJson,
  formatTerminal,
  formatText,
  isEnabled,
  type LogRecord,
  localTime,
} from "../../src/cli/log-record.ts";
import { createLogger } from "../../src/cli/logger.ts";
import type { LogFields, LogLevel } from "../../src/lib/log.ts";

const time = new Date(2026, 0, 2, 15, 4, 5, 678);

function record(message: string, fields: LogFields = {}, level: LogLevel = "info"): LogRecord {
  return { level, message, fields, time };
}

test("a quoted value shows what prints, and escapes what Go calls not printable", () => {
  const text = formatText(record('é 日 😀\u00a0\u200b\u202e\u2028\ue000\u{f0000}"\\\u001b\u0085'));
  expect(text).toEndWith('msg="é 日 😀\\u00a0\\u200b\\u202e\\u2028\\ue000\\U000f0000\\"\\\\\\x1b\\u0085"\n');
});

test("times are local, with seconds and the offset", () => {
  const text = localTime(time);
  expect(text).toMatch(/^2026-01-02T15:04:05(?:Z|[+-]\d\d:\d\d)$/);
  expect(new Date(text).getTime()).toBe(time.getTime() - 678);
});

test.each([
  ["UTC", "2026-06-30T22:30:00Z"],
  ["Europe/Berlin", "2026-07-01T00:30:00+02:00"],
  ["America/St_Johns", "2026-06-30T20:00:00-02:30"],
])("in %s the offset is right", (zone, expected) => {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    expect(localTime(new Date("2026-06-30T22:30:00Z"))).toBe(expected);
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});

describe("text records", () => {
  const table: readonly (readonly [string, LogFields, string])[] = [
    [
      "Deleted `foo` (`/home/u/.lima/foo`)",
      { key: "value" },
      'level=info msg="Deleted `foo` (`/home/u/.lima/foo`)" key=value',
    ],
    ["", { a: 1 }, "level=info a=1"],
    ["plain", {}, "level=info msg=plain"],
    ["two words", {}, 'level=info msg="two words"'],
    ["a-b_c.d/e@f^g+h", {}, "level=info msg=a-b_c.d/e@f^g+h"],
    ["a:b", {}, 'level=info msg="a:b"'],
    ['say "hi"\\\n\t', {}, 'level=info msg="say \\"hi\\"\\\\\\n\\t"'],
    ["größe", {}, 'level=info msg="größe"'],
    ["\u001b[31m", {}, 'level=info msg="\\x1b[31m"'],
    ["m", { z: "", a: true, m: ["x", "y z"] }, 'level=info msg=m a=true m="[x y z]" z='],
    ["m", { error: new Error("it broke") }, 'level=info msg=m error="it broke"'],
    ["m", { level: "fatal", time: "t", msg: "n" }, "level=info msg=m fields.level=fatal fields.msg=n fields.time=t"],
    ["m", { nothing: undefined }, 'level=info msg=m nothing="<nil>"'],
  ];
  test.each(table)("%j %j", (message, fields, expected) => {
    expect(formatText(record(message, fields))).toBe(`time="${localTime(time)}" ${expected}\n`);
  });

  test.each(["trace", "debug", "info", "warning", "error", "fatal", "panic"] as const)(
    "the level %s keeps its name",
    (level) => {
      expect(formatText(record("m", {}, level))).toContain(` level=${level} `);
    },
  );
});

describe("terminal records", () => {
  test("the message is padded to 44 columns", () => {
    expect(formatTerminal(record("hello"), 3, false)).toBe(`INFO[0003] hello${" ".repeat(39)} \n`);
  });

  test("level and keys are coloured, the message is not quoted", () => {
    expect(formatTerminal(record('say "hi"', { b: 1, a: "x y" }, "warning"), 12345, true)).toBe(
      `\u001b[33mWARN\u001b[0m[12345] say "hi"${" ".repeat(36)}  \u001b[33ma\u001b[0m="x y" \u001b[33mb\u001b[0m=1\n`,
    );
  });

  test.each([
    ["trace", "\u001b[2;37mTRAC"],
    ["debug", "\u001b[2;36mDEBU"],
    ["info", "\u001b[36mINFO"],
    ["error", "\u001b[31mERRO"],
    ["fatal", "\u001b[31mFATA"],
  ] as const)("%s", (level, start) => {
    expect(formatTerminal(record("m", {}, level), 0, true)).toStartWith(start);
  });

  test("a long message is not cut, and one line end at its end is dropped", () => {
    expect(formatTerminal(record(`${"x".repeat(60)}\n`), 0, false)).toBe(`INFO[0000] ${"x".repeat(60)} \n`);
  });
});

test("JSON records sort all keys together and escape what HTML would take", () => {
  const line = formatJson(
    record("a < b & c > d", { zeta: 1, error: new Error("x"), abc: [new Error("y")] }, "warning"),
  );
  expect(line).toBe(
    `{"abc":["y"],"error":"x","level":"warning","msg":"a \\u003c b \\u0026 c \\u003e d","time":"${localTime(time)}","zeta":1}\n`,
  );
});

test("a threshold lets through its own severity and worse", () => {
  expect(isEnabled("debug", "info")).toBe(false);
  expect(isEnabled("info", "info")).toBe(true);
  expect(isEnabled("fatal", "error")).toBe(true);
  expect(isEnabled("fatal", "panic")).toBe(false);
});

describe("a logger", () => {
  function collect(level: LogLevel) {
    const lines: string[] = [];
    const logger = createLogger({
      write: (line) => lines.push(line),
      level,
      format: "terminal",
      colour: false,
      now: () => new Date(time.getTime() + 5999),
      startedAt: time,
    });
    return { logger, lines };
  }

  test("counts whole seconds since the start", () => {
    const { logger, lines } = collect("info");
    logger.info("m");
    expect(lines[0]).toStartWith("INFO[0005] m ");
  });

  test("changes its threshold while it runs", () => {
    const { logger, lines } = collect("warning");
    logger.info("unseen");
    logger.setLevel("trace");
    logger.trace("seen");
    expect(logger.level).toBe("trace");
    expect(lines.map((line) => line.slice(0, 15))).toEqual(["TRAC[0005] seen"]);
  });

  test("prints a record of another process with that record's time", () => {
    const lines: string[] = [];
    const logger = createLogger({
      write: (line) => lines.push(line),
      level: "info",
      format: "text",
      colour: false,
      now: () => new Date(0),
      startedAt: new Date(0),
    });
    logger.log("error", "m", {}, time);
    expect(lines).toEqual([`time="${localTime(time)}" level=error msg=m\n`]);
  });
});
