import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { accumulates, type FlagValue } from "../../src/cli/flag-values.ts";
import type { FlagDefs } from "../../src/cli/flags.ts";
import { parseArgs } from "../../src/cli/parse.ts";
import { UserError } from "../../src/lib/errors.ts";

const flags = {
  force: { type: "boolean", alias: "f", description: "" },
  recursive: { type: "boolean", alias: "r", description: "" },
  verbose: { type: "boolean", alias: "v", description: "", default: true },
  name: { type: "string", alias: "n", description: "" },
  format: { type: "string", description: "", default: "table" },
  cpus: { type: "int", alias: "c", description: "" },
  port: { type: "uint16", description: "" },
  memory: { type: "float32", description: "" },
  timeout: { type: "duration", description: "", default: 600_000 },
  mount: { type: "strings", description: "" },
  set: { type: "stringArray", description: "" },
  dns: { type: "ipSlice", description: "" },
  leases: { type: "stringToString", description: "" },
} as const satisfies FlagDefs;

/** The given options and the positionals of a line, or the error's text. */
function parse(line: readonly string[], endsFlags = false): unknown {
  try {
    const { values, changed, positionals } = parseArgs(flags, line, endsFlags);
    return [Object.fromEntries([...changed].map((name) => [name, values[name]])), [...positionals]];
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

describe("options are read in every spelling", () => {
  const table: readonly (readonly [readonly string[], Record<string, FlagValue>, readonly string[]])[] = [
    [["--name=x"], { name: "x" }, []],
    [["--name", "x"], { name: "x" }, []],
    [["--name", "--force"], { name: "--force" }, []],
    [["--name="], { name: "" }, []],
    [["--name=a=b"], { name: "a=b" }, []],
    [["-n", "x"], { name: "x" }, []],
    [["-nx"], { name: "x" }, []],
    [["-n=x"], { name: "x" }, []],
    [["-n="], { name: "=" }, []],
    [["-rf"], { recursive: true, force: true }, []],
    [["-rfnx"], { recursive: true, force: true, name: "x" }, []],
    [["-rn", "x"], { recursive: true, name: "x" }, []],
    [["--force=false"], { force: false }, []],
    [["-f=0"], { force: false }, []],
    [["--force", "false"], { force: true }, ["false"]],
    [["--verbose=F"], { verbose: false }, []],
    [["a", "--force", "b"], { force: true }, ["a", "b"]],
    [["a", "--", "--force", "--"], {}, ["a", "--force", "--"]],
    [["-"], {}, ["-"]],
    [[""], {}, [""]],
    [["--name", "a", "--name", "b"], { name: "b" }, []],
    [["--cpus", "0x10"], { cpus: 16 }, []],
    [["--cpus=-4"], { cpus: -4 }, []],
    [["--cpus=010"], { cpus: 8 }, []],
    [["--port=65535"], { port: 65535 }, []],
    [["--memory=0.5"], { memory: 0.5 }, []],
    [["--memory=1e6"], { memory: 1e6 }, []],
    [["--timeout=1h30m"], { timeout: 5_400_000 }, []],
    [["--mount=a,b", "--mount", 'c,"d,e"'], { mount: ["a", "b", "c", "d,e"] }, []],
    [["--mount="], { mount: [] }, []],
    [["--set=a,b", "--set", "c"], { set: ["a,b", "c"] }, []],
    [["--dns=1.1.1.1,::1", "--dns=8.8.8.8"], { dns: ["1.1.1.1", "::1", "8.8.8.8"] }, []],
    [["--leases=a=1,b=2", "--leases=c=3"], { leases: { a: "1", b: "2", c: "3" } }, []],
  ];
  test.each(table)("%j", (line, given, positionals) => {
    expect(parse(line)).toEqual([given, [...positionals]]);
  });
});

describe("what cannot be read is told", () => {
  const table: readonly (readonly [readonly string[], string])[] = [
    [["--nope"], "unknown flag: --nope"],
    [["--nope=1"], "unknown flag: --nope"],
    [["--constructor"], "unknown flag: --constructor"],
    [["-x"], "unknown shorthand flag: 'x' in -x"],
    [["-fxr"], "unknown shorthand flag: 'x' in -xr"],
    [["-f="], "unknown shorthand flag: '=' in -="],
    [["--name"], "flag needs an argument: --name"],
    [["-n"], "flag needs an argument: 'n' in -n"],
    [["-fn"], "flag needs an argument: 'n' in -n"],
    [["---x"], "bad flag syntax: ---x"],
    [["--=x"], "bad flag syntax: --=x"],
    [["--port=abc"], 'invalid argument "abc" for "--port" flag: strconv.ParseUint: parsing "abc": invalid syntax'],
    [
      ["--port=65536"],
      'invalid argument "65536" for "--port" flag: strconv.ParseUint: parsing "65536": value out of range',
    ],
    [["--port=-1"], 'invalid argument "-1" for "--port" flag: strconv.ParseUint: parsing "-1": invalid syntax'],
    [["-cabc"], 'invalid argument "abc" for "-c, --cpus" flag: strconv.ParseInt: parsing "abc": invalid syntax'],
    [
      ["--cpus=9223372036854775808"],
      'invalid argument "9223372036854775808" for "-c, --cpus" flag: strconv.ParseInt: parsing "9223372036854775808": value out of range',
    ],
    [
      ["--force=maybe"],
      'invalid argument "maybe" for "-f, --force" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [["--memory=x"], 'invalid argument "x" for "--memory" flag: strconv.ParseFloat: parsing "x": invalid syntax'],
    [
      ["--memory=1e40"],
      'invalid argument "1e40" for "--memory" flag: strconv.ParseFloat: parsing "1e40": value out of range',
    ],
    [["--timeout=5"], 'invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"'],
    [["--timeout=x"], 'invalid argument "x" for "--timeout" flag: time: invalid duration "x"'],
    [["--timeout=5x"], 'invalid argument "5x" for "--timeout" flag: time: unknown unit "x" in duration "5x"'],
    [
      ['--mount=a"b'],
      'invalid argument "a\\"b" for "--mount" flag: parse error on line 1, column 2: bare " in non-quoted field',
    ],
    [["--dns=1.2.3"], 'invalid argument "1.2.3" for "--dns" flag: invalid string being converted to IP address: 1.2.3'],
    [["--leases=a"], 'invalid argument "a" for "--leases" flag: a must be formatted as key=value'],
  ];
  test.each(table)("%j", (line, message) => {
    expect(parse(line)).toBe(message);
  });
});

describe("where the first positional ends the options", () => {
  const table: readonly (readonly [readonly string[], unknown])[] = [
    [
      ["-f", "inst", "-r", "--", "--x"],
      [{ force: true }, ["inst", "-r", "--", "--x"]],
    ],
    [
      ["--", "-r", "inst"],
      [{}, ["-r", "inst"]],
    ],
    [
      ["-", "-f"],
      [{}, ["-", "-f"]],
    ],
    [["--nope", "inst"], "unknown flag: --nope"],
  ];
  test.each(table)("%j", (line, expected) => {
    expect(parse(line, true)).toEqual(expected);
  });
});

test("an option that was not given holds its default or its type's zero", () => {
  const { values, changed } = parseArgs(flags, []);
  expect(values).toEqual({
    force: false,
    recursive: false,
    verbose: true,
    name: "",
    format: "table",
    cpus: 0,
    port: 0,
    memory: 0,
    timeout: 600_000,
    mount: [],
    set: [],
    dns: [],
    leases: {},
  });
  expect(changed.size).toBe(0);
});

test("an option given with its default value counts as given", () => {
  expect(parseArgs(flags, ["--format=table"]).changed).toEqual(new Set(["format"]));
});

const word = fc.oneof(
  fc.constantFrom("--", "-", "-f", "-rf", "-nx", "--name", "--set=a", "--mount=a,b", "--timeout", "5m", "--dns", "::1"),
  fc.string(),
  fc.string().map((text) => `-${text}`),
  fc.string().map((text) => `--${text}`),
  fc.string({ unit: "binary" }).map((text) => `--mount=${text}`),
  fc.string().map((text) => `--timeout=${text}`),
);

test("any line is read or refused with a message, and no word is lost or invented", () => {
  fc.assert(
    fc.property(fc.array(word), fc.boolean(), (line, endsFlags) => {
      try {
        const { positionals } = parseArgs(flags, line, endsFlags);
        let from = 0;
        for (const positional of positionals) {
          const at = line.indexOf(positional, from);
          expect(at).toBeGreaterThanOrEqual(from);
          from = at + 1;
        }
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }),
  );
});

test("what follows -- is positional as it is", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (rest) => {
      expect(parseArgs(flags, ["-f", "--", ...rest]).positionals).toEqual(rest);
    }),
  );
});

test("verbatim values come back as they were given, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.boolean()), (texts, joined) => {
      const line = texts.flatMap((text, index) => (joined[index] === true ? [`--set=${text}`] : ["--set", text]));
      expect(parseArgs(flags, line).values.set).toEqual(texts);
    }),
  );
});

test("options may stand anywhere among the positionals", () => {
  fc.assert(
    fc.property(fc.array(fc.string().filter((text) => !text.startsWith("-"))), fc.nat(), (texts, at) => {
      const line = texts.toSpliced(at % (texts.length + 1), 0, "--name=here");
      expect(parse(line)).toEqual([{ name: "here" }, texts]);
    }),
  );
});

test("of a repeated option the last value counts unless its type accumulates", () => {
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.type !== "string" && flag.type !== "stringArray") continue;
    const { values } = parseArgs(flags, [`--${name}=1`, `--${name}=2`]);
    expect(values[name]).toEqual(accumulates(flag.type) ? ["1", "2"] : "2");
  }
});
