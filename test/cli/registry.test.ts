import { describe, expect, test } from "bun:test";
import type { AnyCommand, CommandEntry } from "../../src/cli/command.ts";
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

  test("completes to what its listing says", async () => {
    if (entry.completes === undefined) return;
    const command = await load(entry);
    const required = Object.values(command?.args ?? {}).filter((flag) => flag.required === true);
    expect([command?.positionals.complete, required]).toEqual([entry.completes, []]);
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
