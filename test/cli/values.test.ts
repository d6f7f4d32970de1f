import { describe, expect, test } from "bun:test";
import { isIP } from "node:net";
import fc from "fast-check";
import { parseCsvRecord } from "../../src/cli/csv.ts";
import { formatDuration, parseDuration } from "../../src/cli/duration.ts";
import { formatFloat32, parseBoolean, parseFloat32, parseInteger } from "../../src/cli/numbers.ts";
import { UserError } from "../../src/lib/errors.ts";
import { canonicalIp } from "../../src/lib/ip-address.ts";

/** The value, or the error's text. */
function outcome<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

describe("durations", () => {
  const table: readonly (readonly [string, number | string])[] = [
    ["0", 0],
    ["+0", 0],
    ["300ms", 300],
    ["1.5h", 5_400_000],
    ["-1.5h", -5_400_000],
    ["1h30m", 5_400_000],
    ["2m3.5s", 123_500],
    [".5s", 500],
    ["1.s", 1000],
    ["10us", 0.01],
    ["10\u00b5s", 0.01],
    ["1ns", 0.000001],
    ["", 'time: invalid duration ""'],
    ["-", 'time: invalid duration "-"'],
    [".s", 'time: invalid duration ".s"'],
    ["3", 'time: missing unit in duration "3"'],
    ["1h3", 'time: missing unit in duration "1h3"'],
    ["3d", 'time: unknown unit "d" in duration "3d"'],
    ["1 s", 'time: unknown unit " s" in duration "1 s"'],
    ["3é", 'time: unknown unit "\\xc3\\xa9" in duration "3\\xc3\\xa9"'],
    ["x", 'time: invalid duration "x"'],
    ["9223372036854775808ns", 'time: invalid duration "9223372036854775808ns"'],
    ["2562048h", 'time: invalid duration "2562048h"'],
  ];
  test.each(table)("%j", (text, expected) => {
    expect(outcome(() => parseDuration(text))).toBe(expected);
  });

  test.each([
    [0, "0s"],
    [600_000, "10m0s"],
    [1500, "1.5s"],
    [300, "300ms"],
    [0.01, "10\u00b5s"],
    [0.000001, "1ns"],
    [5_400_000, "1h30m0s"],
    [-90_500, "-1m30.5s"],
  ])("%d ms is shown as %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test("what is shown is read back", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds);
      }),
    );
  });
});

describe("CSV records", () => {
  const table: readonly (readonly [string, readonly string[] | string])[] = [
    ["a", ["a"]],
    ["a,b", ["a", "b"]],
    ["a,", ["a", ""]],
    [",", ["", ""]],
    [" a , b ", [" a ", " b "]],
    ['"a,b",c', ["a,b", "c"]],
    ['"a ""quoted"" b"', ['a "quoted" b']],
    ['""', [""]],
    ['"two\nlines",x', ["two\nlines", "x"]],
    ["first\nsecond", ["first"]],
    ["\n\na", ["a"]],
    ["a\r\n", ["a"]],
    ["\n", "EOF"],
    ['a"b', 'parse error on line 1, column 2: bare " in non-quoted field'],
    ['é,a"', 'parse error on line 1, column 5: bare " in non-quoted field'],
    ['"a"b', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
    ['"abc', 'parse error on line 1, column 5: extraneous or missing " in quoted-field'],
    ['x,"a\nb"c', 'record on line 1; parse error on line 2, column 2: extraneous or missing " in quoted-field'],
  ];
  test.each(table)("%j", (text, expected) => {
    expect(outcome(() => parseCsvRecord(text)) as unknown).toEqual(expected);
  });

  test("quoted fields come back as they are", () => {
    const field = fc.string().map((text) => text.replaceAll("\r", ""));
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), (fields) => {
        const record = fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(",");
        expect(parseCsvRecord(record)).toEqual(fields);
      }),
    );
  });
});

describe("IP addresses", () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ["1.2.3.4", "1.2.3.4"],
    ["01.2.3.4", undefined],
    ["1.2.3.256", undefined],
    ["1.2.3", undefined],
    ["", undefined],
    ["::", "::"],
    ["::1", "::1"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["64:ff9b::1.2.3.4", "64:ff9b::102:304"],
    ["fe80::1%eth0", undefined],
    ["1::2::3", undefined],
    ["1:2:3:4:5:6:7::8", undefined],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    [":1", undefined],
    ["12345::", undefined],
    ["1.2.3.4::", undefined],
  ];
  test.each(table)("%j", (text, expected) => {
    expect(canonicalIp(text)).toBe(expected);
  });

  test("every address of the system's own parser is one here, and its canonical form stays", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
        const ip = canonicalIp(text);
        expect(ip !== undefined).toBe(isIP(text) !== 0 && !text.includes("%"));
        if (ip !== undefined) expect(canonicalIp(ip)).toBe(ip);
      }),
    );
  });
});

describe("numbers", () => {
  const integers: readonly (readonly [string, number | string])[] = [
    ["0", 0],
    ["-0", -0],
    ["+7", 7],
    ["1_000", 1000],
    ["0b101", 5],
    ["0o17", 15],
    ["017", 15],
    ["0xFF", 255],
    ["08", 'strconv.ParseInt: parsing "08": invalid syntax'],
    ["", 'strconv.ParseInt: parsing "": invalid syntax'],
    ["1__0", 'strconv.ParseInt: parsing "1__0": invalid syntax'],
    ["1.5", 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    ["-9223372036854775808", -(2 ** 63)],
    ["-9223372036854775809", 'strconv.ParseInt: parsing "-9223372036854775809": value out of range'],
  ];
  test.each(integers)("the integer %j", (text, expected) => {
    expect(outcome(() => parseInteger(text)) as unknown).toEqual(expected === 0 ? 0 : expected);
  });

  const floats: readonly (readonly [string, number | string])[] = [
    ["2", 2],
    [".5", 0.5],
    ["5.", 5],
    ["-1e3", -1000],
    ["0.1", Math.fround(0.1)],
    ["0x1.8p1", 3],
    ["inf", Infinity],
    ["1e39", 'strconv.ParseFloat: parsing "1e39": value out of range'],
    [".", 'strconv.ParseFloat: parsing ".": invalid syntax'],
    ["1e", 'strconv.ParseFloat: parsing "1e": invalid syntax'],
    ["4GiB", 'strconv.ParseFloat: parsing "4GiB": invalid syntax'],
  ];
  test.each(floats)("the float %j", (text, expected) => {
    expect(outcome(() => parseFloat32(text))).toBe(expected);
  });

  test.each([
    [2, "2"],
    [0.5, "0.5"],
    [0.1, "0.1"],
    [Math.fround(0.1), "0.1"],
    [1e6, "1e+06"],
    [100_000, "100000"],
    [1_234_567, "1.234567e+06"],
    [1536.5, "1536.5"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [-2.25, "-2.25"],
    [0, "0"],
  ])("the float %d is shown as %s", (value, text) => {
    expect(formatFloat32(value)).toBe(text);
  });

  test("a shown float is read back", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseFloat32(formatFloat32(value))).toBe(value);
      }),
    );
  });

  test.each(["1", "t", "T", "TRUE", "true", "True"])("%s is true", (text) => {
    expect(parseBoolean(text)).toBe(true);
  });

  test.each(["yes", "on", "tRue", ""])("%j is no truth value", (text) => {
    expect(outcome(() => parseBoolean(text)) as unknown).toBe(`strconv.ParseBool: parsing "${text}": invalid syntax`);
  });
});
