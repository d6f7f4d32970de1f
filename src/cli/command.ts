/**
 * How a command is declared and what it is given to run.
 *
 * A file in `src/commands/` exports one declaration as `command` and does nothing else when imported:
 *
 *     export const command = defineCommand({
 *       meta: { name: "protect", description: "Protect an instance from accidental removal" },
 *       positionals: { usage: "INSTANCE [INSTANCE, ...]", min: 1, complete: "instances" },
 *       args: { force: { type: "boolean", alias: "f", description: "..." } },
 *       async run(context) {
 *         for (const name of context.positionals) { ... context.flags.force ... }
 *       },
 *     });
 *
 * and is named in `src/commands/registry.ts`, which is all that the root's help and the completion load.
 * `run` returns when all is well; a `UserError` ends the program as one fatal record with code 1, a `ChildExit` silently
 * with the child's code. It never exits by itself and writes through `context` only.
 */
import type { CommandMeta as CittyMeta } from "citty";
import type { Host } from "../lib/host.ts";
import type { Logger, LogLevel } from "../lib/log.ts";
import type { PositionalKind } from "./completion-types.ts";
import type { FlagDefs, ParsedFlags } from "./flags.ts";
import type { PhaseFactory, ProgressFactory } from "./progress.ts";

/** The heading a command is listed under; `additional` has no group, `topic` is text only. */
export type CommandGroup = "basic" | "advanced" | "additional" | "topic";

/** Name and texts of a command: citty's `meta`, where everything is known without running code. */
export interface CommandMeta extends Pick<CittyMeta, "hidden"> {
  readonly name: string;
  /** One line; the second part of argument errors too. */
  readonly description: string;
  /** Several lines for the command's own help. @default description */
  readonly long?: string;
  /** Lines for `Examples:`, already indented by two spaces. */
  readonly examples?: string;
  /** Printed to stderr as `Command "x" is deprecated, TEXT` before the command runs. */
  readonly deprecated?: string;
}

/** What may stand beside the options. */
export interface Positionals {
  /** The usage line after the command's name, e.g. `INSTANCE [INSTANCE, ...]`; may hold `[flags]` itself. */
  readonly usage: string;
  /** @default 0 */
  readonly min?: number;
  /** @default unlimited */
  readonly max?: number;
  /** A wrong number is told by the bare reason, without the usage below it. @default false */
  readonly bareErrors?: boolean;
  /** @default "files" */
  readonly complete?: PositionalKind;
  /** What the first positional may be, for `complete: "words"`. */
  readonly words?: readonly string[];
  /** The first positional ends the options; everything after it, `--` included, is positional. @default false */
  readonly endsFlags?: boolean;
}

/** Where a command writes its results. */
export interface Output {
  /** Writes all of the text, in order, before it returns. */
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width in characters where it is a terminal that tells. */
  readonly columns: number | undefined;
}

/** What a command is given: its arguments, the host, and the only ways to speak. */
export interface CommandContext<A extends FlagDefs = FlagDefs> {
  readonly flags: ParsedFlags<A>;
  readonly positionals: readonly string[];
  /** True when the option was given on the command line, even with its default value. */
  changed(flag: keyof A & string): boolean;
  readonly host: Host;
  readonly logger: Logger;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdinIsTerminal: boolean;
  /** Prompts and editors are allowed: `--tty`, by default true when stdout is a terminal; `--yes` makes it false. */
  readonly tty: boolean;
  /** `--tty` was given on the command line. */
  readonly ttyChanged: boolean;
  /** stdout counts as a terminal for colours and pretty-printing (also by `_LIMA_OUTPUT_IS_TTY`). */
  readonly prettyOutput: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: "text" | "json";
  /** `--debug` was given. */
  readonly debug: boolean;
  /** Changes which records are printed from now on. */
  setLogLevel(level: LogLevel): void;
  /**
   * Aborted by SIGINT and SIGTERM, a daemon's by SIGHUP too. Reading it installs the handlers: a command that never reads
   * it dies by the signal at once; one that does cleans up and returns or throws, and then the program dies by the signal.
   * A second signal kills a command, not a daemon.
   */
  readonly signal: AbortSignal;
  /** Progress of a long transfer: a bar where stderr is a terminal, else a record per 10 %. */
  readonly progress: ProgressFactory;
  /** A line with what is going on and for how long, at a terminal only; log records go above it. */
  readonly phase: PhaseFactory;
}

/** A command's declaration. `A` are its options by long name. */
export interface CommandDef<A extends FlagDefs = FlagDefs> {
  readonly meta: CommandMeta;
  readonly positionals: Positionals;
  /** @default none */
  readonly args?: A;
  /** Help shows those of `args` that are also in here apart, under "Flags inherited from `limactl FROM`". */
  readonly inherited?: { readonly from: string; readonly args: FlagDefs };
  run(context: CommandContext<A>): Promise<void> | void;
}

/**
 * A declaration whose option types are no longer known; what the registry loads.
 * `run` takes a context made for exactly this declaration by the parser.
 */
export interface AnyCommand extends Omit<CommandDef, "run"> {
  run(context: CommandContext<never>): Promise<void> | void;
}

/** Gives a declaration its types. */
export function defineCommand<const A extends FlagDefs>(command: CommandDef<A>): CommandDef<A> {
  return command;
}

/** What is known of a command without loading it: enough to find it, list it and complete its name. */
export interface CommandEntry {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly group: CommandGroup;
  /** The one line shown in listings; the same as the declaration's `meta.description`. */
  readonly short: string;
  /** Not listed. @default false */
  readonly hidden?: boolean;
  /** Runs in the background: it logs JSON, whatever was asked for, one level more than was asked for. @default false */
  readonly daemon?: boolean;
  /** What its positional arguments complete to, wherever they stand; the same as the declaration's. @default that */
  readonly completes?: "instances" | "instances+templates";
  /** Words for which this command is suggested though they are not like its name. */
  readonly suggestFor?: readonly string[];
  readonly target: CommandTarget;
}

/** A command to load, a group of further commands, the help command, or a help text alone. */
export type CommandTarget =
  | { readonly kind: "command"; load(): Promise<AnyCommand> }
  | {
      readonly kind: "group";
      readonly commands: readonly CommandEntry[];
      readonly long?: string;
      readonly examples?: string;
    }
  | { readonly kind: "help" }
  | { readonly kind: "topic"; readonly text: string };
