import { readFileSync } from "node:fs";
import { join } from "node:path";

/** An option as cli.md has it. */
export interface DocumentedFlag {
  readonly name: string;
  readonly letter: string;
  readonly type: string;
  /** As the help shows it; empty for the type's zero. */
  readonly shown: string;
  /** Accepted, but not in the help. */
  readonly hidden: boolean;
}

/** A command as cli.md has it. */
export interface DocumentedCommand {
  /** Words that name it: `["template", "copy"]`. */
  readonly path: readonly string[];
  /** What help and argument errors show after `limactl`. */
  readonly usage: string;
  readonly aliases: readonly string[];
  readonly min: number;
  readonly max: number;
  /** B basic, A advanced, S of a group, H hidden, D deprecated. */
  readonly group: string;
  readonly wrapped: boolean;
  readonly completes: string;
  /** Its own options, without the global ones. */
  readonly flags: readonly DocumentedFlag[];
}

function rows(file: string): readonly (readonly string[])[] {
  return readFileSync(join(import.meta.dir, file), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("# "))
    .map((line) => line.split("\t"));
}

function flagsOf(command: string): readonly DocumentedFlag[] {
  return rows("flags.tsv").flatMap(([commands = "", name = "", letter = "", type = "", shown = "", meaning = ""]) =>
    commands.split(",").includes(command) ? [{ name, letter, type, shown, hidden: meaning.startsWith("hidden") }] : [],
  );
}

/** The options of every command. */
export const globalOptions: readonly DocumentedFlag[] = flagsOf("*");

/** Groups, whose first two words name a command. */
const groups = ["template", "network", "autostart", "completion", "debug", "mcp"];

/** Every command of cli.md's section 4 that the tables hold, whether the program has it yet or not. */
export const documentedCommands: readonly DocumentedCommand[] = rows("commands.tsv").map(
  ([line = "", aliases = "", min = "", max = "", group = "", wrapped = "", completes = ""]) => {
    const words = line.split(" ");
    const path = words.slice(0, groups.includes(words[0] ?? "") ? 2 : 1);
    return {
      path,
      usage: line.includes("[flags]") ? line : `${line} [flags]`,
      aliases: aliases === "" ? [] : aliases.split(", "),
      min: Number(min),
      max: max === "" ? Number.POSITIVE_INFINITY : Number(max),
      group,
      wrapped: wrapped === "W",
      completes,
      flags: flagsOf(path.join(" ")),
    };
  },
);
