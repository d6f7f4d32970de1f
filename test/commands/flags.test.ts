import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { World } from "../support/limactl.ts";
import { helpFlag, helpSections } from "./documented/help.ts";
import { askAll } from "./documented/program.ts";
import { type DocumentedCommand, type DocumentedFlag, documentedCommands, globalOptions } from "./documented/read.ts";

let world: World;
beforeAll(() => {
  world = new World();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** A value that each type takes, and one that it refuses with the reason. */
const samples: Readonly<Record<string, { readonly good: string; readonly bad?: readonly [string, string] }>> = {
  bool: { good: "true", bad: ["maybe", 'strconv.ParseBool: parsing "maybe": invalid syntax'] },
  string: { good: 'a"b' },
  int: { good: "0x10", bad: ["abc", 'strconv.ParseInt: parsing "abc": invalid syntax'] },
  uint16: { good: "65535", bad: ["65536", 'strconv.ParseUint: parsing "65536": value out of range'] },
  float32: { good: "1e6", bad: ["1,5", 'strconv.ParseFloat: parsing "1,5": invalid syntax'] },
  duration: { good: "1h30m", bad: ["x", 'time: invalid duration "x"'] },
  strings: { good: 'a,"b,c"', bad: ['a"b', 'parse error on line 1, column 2: bare " in non-quoted field'] },
  stringArray: { good: 'a"b,c' },
  ipSlice: { good: "1.2.3.4,::1", bad: ["1.2.3", "invalid string being converted to IP address: 1.2.3"] },
};

/** A line of arguments for one option, and the message with which it must end. */
type Case = readonly [readonly string[], string];

/**
 * Every spelling of an option. A line that is right goes on to an option that does not exist, so that nothing is run.
 */
function spellings({ name, letter, type }: DocumentedFlag): readonly Case[] {
  const { good, bad } = samples[type] ?? { good: "" };
  const long = `--${name}`;
  const accepted = (...words: string[]): Case => [[...words, "--no-such"], "unknown flag: --no-such"];
  const both = letter === "" ? long : `-${letter}, ${long}`;
  const refused = (word: string): readonly Case[] =>
    bad === undefined
      ? []
      : [[[`${word}=${bad[0]}`], `invalid argument ${JSON.stringify(bad[0])} for "${both}" flag: ${bad[1]}`]];
  const short = `-${letter}`;
  if (type === "bool") {
    const letters = letter === "" ? [] : [accepted(short), accepted(`${short}=false`), ...refused(short)];
    return [accepted(long), accepted(`${long}=F`), ...refused(long), ...letters];
  }
  const letters: readonly Case[] =
    letter === ""
      ? []
      : [
          accepted(short, good),
          accepted(`${short}${good}`),
          accepted(`${short}=${good}`),
          [[short], `flag needs an argument: '${letter}' in ${short}`],
        ];
  const free: readonly Case[] = type === "string" || type === "stringArray" ? [accepted(long, "--also-a-value")] : [];
  return [
    accepted(long, good),
    accepted(`${long}=${good}`),
    ...free,
    ...refused(long),
    [[long], `flag needs an argument: ${long}`],
    ...letters,
  ];
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
const helpOption = globalOptions.filter(({ name }) => name === "help");
const inherited = globalOptions.filter(({ name }) => name !== "help");

/** Types as `start --help` alone shows them. */
const simpleType = (command: DocumentedCommand, { type }: { readonly type: string }) =>
  command.path[0] === "start" && type === "stringArray" ? "strings" : type;

function expectedFlags(command: DocumentedCommand, flags: readonly DocumentedFlag[]) {
  return flags
    .filter(({ hidden }) => !hidden)
    .toSorted(byName)
    .map((flag) => ({ name: flag.name, letter: flag.letter, type: simpleType(command, flag), shown: flag.shown }));
}

describe.each(documentedCommands.map((command) => [command.path.join(" "), command] as const))("%s", (_, command) => {
  test("has the documented options with their letters, types and defaults, and no others", async () => {
    const [run] = await askAll(world, [[...command.path, "--help"]]);
    const sections = helpSections(run?.stdout ?? "");
    const ofCreate = documentedCommands.find(({ path }) => path[0] === "create")?.flags ?? [];
    const apart = command.path[0] === "start" ? ofCreate.map(({ name }) => name) : [];
    const own = [...command.flags.filter(({ name }) => !apart.includes(name)), ...helpOption];
    const shown = (heading: string) => (sections.get(heading) ?? []).map(helpFlag);
    expect(shown("Flags:")).toEqual(expectedFlags(command, own));
    expect(shown("Global Flags:")).toEqual(expectedFlags(command, inherited));
    expect(shown("Flags inherited from `limactl create`:")).toEqual(
      expectedFlags(command, apart.length > 0 ? ofCreate : []),
    );
  });

  test("takes each option in every spelling, and refuses what its type does not hold", async () => {
    const cases = command.flags.flatMap(spellings);
    const answers = await askAll(
      world,
      cases.map(([words]) => [...command.path, ...words]),
    );
    const seen = answers.map(({ code, fatal }, index) => ({ words: cases[index]?.[0], code, fatal }));
    expect(seen).toEqual(cases.map(([words, fatal]) => ({ words, code: 1, fatal })));
  });
});

test("the global options are taken in every spelling, before and after a command", async () => {
  const cases = inherited.flatMap(spellings);
  const after = cases.map(([words]) => ["list", ...words]);
  const before = cases.map(([words]) =>
    words.at(-1) === "--no-such" ? [...words.slice(0, -1), "list", "--no-such"] : words,
  );
  const answers = await askAll(world, [...after, ...before]);
  const messages = cases.map(([, message]) => message);
  expect(answers.map(({ fatal }) => fatal)).toEqual([...messages, ...messages]);
});
