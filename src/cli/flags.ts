import type { Host } from "../lib/host.ts";
import type { Completion } from "./completion-types.ts";

/** What each type of option holds once it is parsed. */
export interface FlagValues {
  readonly boolean: boolean;
  readonly string: string;
  readonly int: number;
  readonly uint16: number;
  /** Rounded to single precision. */
  readonly float32: number;
  /** Milliseconds; may have a fraction. */
  readonly duration: number;
  /** Each occurrence is one CSV record; occurrences accumulate. */
  readonly strings: readonly string[];
  /** Each occurrence is one value, verbatim; occurrences accumulate. */
  readonly stringArray: readonly string[];
  /** Comma-separated IP addresses in canonical form; occurrences accumulate. */
  readonly ipSlice: readonly string[];
  /** `k=v,k=v`; occurrences accumulate. */
  readonly stringToString: Readonly<Record<string, string>>;
}

export type FlagType = keyof FlagValues;

/** How the values of an option complete: a fixed list, or what a function makes of the text typed so far. */
export type FlagCompletion =
  | readonly string[]
  | ((typed: string, host: Host) => readonly string[] | Completion | Promise<readonly string[] | Completion>);

interface FlagOf<T extends FlagType> {
  readonly type: T;
  /** One line for the help. */
  readonly description: string;
  /** The one-letter form, without its dash. */
  readonly alias?: string;
  /** @default the type's zero: false, "", 0, empty */
  readonly default?: FlagValues[T];
  /** Accepted, but named by neither help nor completion. */
  readonly hidden?: boolean;
  /** Missing it is an error once the arguments and the global options are in order. */
  readonly required?: boolean;
  readonly complete?: FlagCompletion;
}

/** The declaration of one option, in the shape of citty's `args`, with the types that citty lacks. */
export type FlagDef = { readonly [T in FlagType]: FlagOf<T> }[FlagType];

/** Options by their long names. */
export type FlagDefs = Readonly<Record<string, FlagDef>>;

/** Parsed options by their long names; an option that was not given holds its default or its type's zero. */
export type ParsedFlags<A extends FlagDefs> = { readonly [K in keyof A]: FlagValues[A[K]["type"]] };
