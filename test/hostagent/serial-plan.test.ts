import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { emptySerial, plainText, withSerialLine } from "../../src/hostagent/serial-plan.ts";

function scan(...lines: readonly string[]) {
  return lines.reduce(withSerialLine, emptySerial);
}

describe("lines of a console", () => {
  const cases: readonly (readonly [string, readonly string[], number])[] = [
    ["different lines are news", ["a", "b", "c"], 3],
    ["a repetition is not", ["a", "b", "a", "b", "a"], 2],
    ["the kernel's clock does not make a line new", ["[    1.000000] same", "[   99.123456] same"], 1],
    ["another number does", ["Get:1 libc6 10%", "Get:1 libc6 20%"], 2],
    ["empty lines are nothing", ["", "\r", "  "], 0],
    [
      "systemd's clock of a running job is not",
      [
        "[ ***  ] A start job is running for Execut…user scripts (1min 3s / no limit)",
        "[***   ] A start job is running for x (2s / no limit)",
      ],
      0,
    ],
    [
      "the kernel's watchdogs are not",
      [
        "INFO: task init:1 blocked for more than 120 seconds.",
        "[ 5.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s!",
      ],
      0,
    ],
    ["a login prompt is not", ["lima-default login: "], 0],
  ];
  for (const [name, lines, count] of cases) test(name, () => expect(scan(...lines).newLines).toBe(count));

  test("a panic is kept, whatever comes after", () => {
    const state = scan(
      "[ 1.0] Kernel panic - not syncing: VFS: Unable to mount root fs",
      "end Kernel panic - not syncing: x",
    );
    expect(state.panic).toBe("Kernel panic - not syncing: VFS: Unable to mount root fs");
  });

  test("the script that boot.sh executes is known, also behind a unit's name", () => {
    const line = "[   91.2] cloud-init[712]: LIMA 2026-01-01T00:00:00+00:00| Executing /mnt/lima-cidata/boot/x.sh";
    expect(scan("a", line, "b").script).toBe("/mnt/lima-cidata/boot/x.sh");
    expect(scan("a").script).toBeUndefined();
  });

  test("the tail is the last lines", () => {
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
    expect(scan(...lines).tail).toEqual(lines.slice(60));
  });
});

describe("text without terminal controls", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["\u001b[0;32m  OK  \u001b[0m done\r", "  OK   done"],
    ["\u001b[2J\u001b[01;01H\u001b[=3hBdsDxe", "BdsDxe"],
    ["\u001b]0;title\u0007x", "x"],
    ["\u001b(Bx\u001b[?25l", "x"],
    ["tab\tkept", "tab\tkept"],
  ];
  for (const [raw, plain] of cases) test(JSON.stringify(plain), () => expect(plainText(raw)).toBe(plain));

  test("any bytes give a line without escape characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(plainText(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
      }),
    );
  });
});
