import { describe, expect, test } from "bun:test";
import { usageLine } from "../../src/cli/arity.ts";
import type { AnyCommand, CommandEntry, Positionals } from "../../src/cli/command.ts";
import type { FlagDefs } from "../../src/cli/flags.ts";
import { globalFlags, helpFlag } from "../../src/cli/global-flags.ts";
import { parseArgs } from "../../src/cli/parse.ts";
import { registry } from "../../src/commands/registry.ts";

/** Every entry that runs, with its path of names. */
function leaves(entries: readonly CommandEntry[], above = "limactl"): readonly (readonly [string, CommandEntry])[] {
  return entries.flatMap((entry) => {
    const path = `${above} ${entry.name}`;
    return entry.target.kind === "group" ? leaves(entry.target.commands, path) : [[path, entry] as const];
  });
}

async function load(entry: CommandEntry): Promise<AnyCommand | undefined> {
  return entry.target.kind === "command" ? await entry.target.load() : undefined;
}

describe.each(leaves(registry))("%s", (path, entry) => {
  test("declares the name and the description that listings show", async () => {
    const command = await load(entry);
    if (command === undefined) return;
    expect([command.meta.name, command.meta.description]).toEqual([entry.name, entry.short]);
  });

  test("has no two options of one letter, and none that hides a global one", async () => {
    const flags = { ...(await load(entry))?.args };
    const all: FlagDefs = { ...globalFlags, ...helpFlag(path), ...flags };
    const letters = Object.values(all).flatMap((flag) => flag.alias ?? []);
    expect(letters.length).toBe(new Set(letters).size);
    expect(Object.keys(flags).filter((name) => Object.hasOwn({ ...globalFlags, ...helpFlag(path) }, name))).toEqual([]);
  });

  test("has defaults of its options' types", async () => {
    const flags = { ...(await load(entry))?.args };
    const { values } = parseArgs(flags, []);
    for (const [name, flag] of Object.entries(flags)) {
      const expected = { boolean: "boolean", string: "string", stringToString: "object" }[flag.type as string];
      if (expected !== undefined) expect([name, typeof values[name]]).toEqual([name, expected]);
    }
  });
});

test("names and aliases are not used twice", () => {
  const words = registry.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])]);
  expect(words.length).toBe(new Set(words).size);
});

/** Usage line, aliases, accepted numbers, listing, and whether a wrong number is told with the usage. */
const documented: readonly (readonly [string, readonly string[], number, number | undefined, string, boolean])[] = [
  ["create FILE.yaml|URL [flags]", [], 0, 1, "basic", true],
  ["start NAME|FILE.yaml|URL [flags]", [], 0, 1, "basic", true],
  ["stop INSTANCE [INSTANCE, ...] [flags]", [], 0, undefined, "basic", true],
  ["restart INSTANCE [flags]", [], 0, 1, "basic", true],
  ["shell [flags] INSTANCE [COMMAND...]", [], 0, undefined, "basic", true],
  ["list [flags] [INSTANCE]...", ["ls"], 0, undefined, "basic", true],
  ["edit INSTANCE|FILE.yaml [flags]", [], 0, 1, "basic", true],
  ["delete INSTANCE [INSTANCE, ...] [flags]", ["remove", "rm"], 1, undefined, "basic", true],
  ["info [flags]", [], 0, 0, "advanced", true],
  ["validate TEMPLATE [TEMPLATE, ...] [flags]", [], 1, undefined, "advanced", true],
  ["copy SOURCE ... TARGET [flags]", ["cp"], 2, undefined, "advanced", true],
  ["clone OLDINST NEWINST [flags]", [], 2, 2, "advanced", true],
  ["rename OLDINST NEWINST [flags]", [], 2, 2, "advanced", true],
  ["factory-reset INSTANCE [flags]", [], 0, 1, "advanced", true],
  ["protect INSTANCE [INSTANCE, ...] [flags]", [], 1, undefined, "advanced", true],
  ["unprotect INSTANCE [INSTANCE, ...] [flags]", [], 1, undefined, "advanced", true],
  ["prune [flags]", [], 0, 0, "advanced", true],
  ["template copy [OPTIONS] TEMPLATE [DEST] [flags]", [], 1, 2, "additional", true],
  ["template validate TEMPLATE [TEMPLATE, ...] [flags]", [], 1, undefined, "additional", true],
  ["template yq TEMPLATE EXPR [flags]", [], 2, 2, "additional", true],
  ["template url CUSTOM_URL [flags]", [], 1, 1, "additional", true],
  ["network list [flags]", ["ls"], 0, undefined, "additional", true],
  ["network create NETWORK [flags]", [], 1, 1, "additional", true],
  ["network delete NETWORK [NETWORK, ...] [flags]", ["remove", "rm"], 1, undefined, "additional", true],
  ["sudoers [--check [SUDOERSFILE-TO-CHECK]] [flags]", [], 0, 1, "advanced", true],
  ["show-ssh [flags] INSTANCE", [], 1, 1, "advanced", true],
  ["tunnel [flags] INSTANCE", [], 1, 1, "advanced", true],
  ["watch [INSTANCE]... [flags]", [], 0, undefined, "advanced", true],
  ["generate-jsonschema [flags]", [], 0, undefined, "hidden", true],
  ["hostagent INSTANCE [flags]", [], 1, 1, "hidden", true],
];

test.each(documented)("%s", async (line, aliases, min, max, listing, wrapped) => {
  const [first, second] = line.split(" ");
  const top = registry.find((candidate) => candidate.name === first);
  const entry = top?.target.kind === "group" ? top.target.commands.find(({ name }) => name === second) : top;
  const command = entry === undefined ? undefined : await load(entry);
  if (entry === undefined || command === undefined) throw new Error(`no command ${line}`);
  const positionals: Positionals = command.positionals;
  expect({
    line: usageLine(top === entry ? entry.name : `${first} ${entry.name}`, positionals),
    aliases: entry.aliases ?? [],
    min: positionals.min ?? 0,
    max: positionals.max,
    listing: entry.hidden === true ? "hidden" : entry.group,
    wrapped: positionals.bareErrors !== true,
    endsFlags: positionals.endsFlags === true,
  }).toEqual({
    line,
    aliases: [...aliases],
    min,
    max,
    listing,
    wrapped,
    endsFlags: ["shell", "tunnel"].includes(entry.name),
  } as never);
});
