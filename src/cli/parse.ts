import { errorText, UserError } from "../lib/errors.ts";
import { goQuote } from "../lib/quote.ts";
import { accumulates, appendValue, type FlagValue, parseValue, zeroValue } from "./flag-values.ts";
import type { FlagDef, FlagDefs } from "./flags.ts";

/** A command line taken apart. */
export interface ParsedArgs {
  /** Every declared option: what was given, else its default, else its type's zero. */
  readonly values: Readonly<Record<string, FlagValue>>;
  /** Long names of the options that were given. */
  readonly changed: ReadonlySet<string>;
  readonly positionals: readonly string[];
}

interface Given {
  readonly values: Map<string, FlagValue>;
  readonly flags: FlagDefs;
}

/**
 * Reads a command's arguments strictly, POSIX and GNU style: `--flag=value`, `--flag value`, `-f value`, `-fvalue`,
 * grouped booleans; `--` ends the options and is dropped.
 * @param endsFlags the first positional ends the options, and a `--` after it stays
 * @throws UserError for an unknown option, a missing or a bad value
 */
export function parseArgs(flags: FlagDefs, args: readonly string[], endsFlags = false): ParsedArgs {
  const given: Given = { values: new Map(), flags };
  const positionals: string[] = [];
  let rest = args;
  for (;;) {
    const [word, ...following] = rest;
    if (word === undefined) break;
    if (!word.startsWith("-") || word === "-") {
      if (endsFlags) {
        positionals.push(word, ...following);
        break;
      }
      positionals.push(word);
      rest = following;
      continue;
    }
    if (word === "--") {
      positionals.push(...following);
      break;
    }
    rest = word.startsWith("--") ? takeLong(given, word, following) : takeShort(given, word, following);
  }
  const values = Object.entries(flags).map(([name, flag]) => [
    name,
    given.values.get(name) ?? flag.default ?? zeroValue(flag.type),
  ]);
  return { values: Object.fromEntries(values), changed: new Set(given.values.keys()), positionals };
}

/** @returns the words that are left */
function takeLong(given: Given, word: string, following: readonly string[]): readonly string[] {
  const body = word.slice(2);
  if (/^[-=]/.test(body)) throw new UserError(`bad flag syntax: ${word}`);
  const equals = body.indexOf("=");
  const name = equals < 0 ? body : body.slice(0, equals);
  const flag = Object.hasOwn(given.flags, name) ? given.flags[name] : undefined;
  if (flag === undefined) throw new UserError(`unknown flag: --${name}`);
  if (equals >= 0) {
    setValue(given, name, flag, body.slice(equals + 1));
    return following;
  }
  if (flag.type === "boolean") {
    setValue(given, name, flag, "true");
    return following;
  }
  const [value, ...rest] = following;
  if (value === undefined) throw new UserError(`flag needs an argument: --${name}`);
  setValue(given, name, flag, value);
  return rest;
}

/** @returns the words that are left */
function takeShort(given: Given, word: string, following: readonly string[]): readonly string[] {
  let letters = word.slice(1);
  while (letters !== "") {
    const letter = String.fromCharCode(Buffer.from(letters)[0] ?? 0);
    const [name, flag] = Object.entries(given.flags).find(([, def]) => def.alias === letter) ?? [];
    if (name === undefined || flag === undefined) {
      throw new UserError(`unknown shorthand flag: ${quoteLetter(letter)} in -${letters}`);
    }
    if (letters.length > 2 && letters[1] === "=") {
      setValue(given, name, flag, letters.slice(2));
      return following;
    }
    if (flag.type === "boolean") {
      setValue(given, name, flag, "true");
      letters = letters.slice(1);
      continue;
    }
    if (letters.length > 1) {
      setValue(given, name, flag, letters.slice(1));
      return following;
    }
    const [value, ...rest] = following;
    if (value === undefined) throw new UserError(`flag needs an argument: ${quoteLetter(letter)} in -${letters}`);
    setValue(given, name, flag, value);
    return rest;
  }
  return following;
}

function quoteLetter(letter: string): string {
  return letter === "'" ? "'\\''" : letter === '"' ? "'\"'" : `'${goQuote(letter).slice(1, -1)}'`;
}

function setValue(given: Given, name: string, flag: FlagDef, text: string): void {
  let value: FlagValue;
  try {
    value = parseValue(flag.type, text);
  } catch (error) {
    const shown = flag.alias === undefined ? `--${name}` : `-${flag.alias}, --${name}`;
    throw new UserError(`invalid argument ${goQuote(text)} for "${shown}" flag: ${errorText(error)}`, { cause: error });
  }
  const earlier = given.values.get(name);
  given.values.set(name, earlier !== undefined && accumulates(flag.type) ? appendValue(earlier, value) : value);
}
