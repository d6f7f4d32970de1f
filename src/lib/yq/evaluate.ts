import type { OutputFormat } from "./format/formats.ts";

/** What an expression may reach outside of its documents. */
export interface Access {
  /** Environment of `env`, `strenv`, `envsubst`; absent: `env operations have been disabled`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Reads a file for the `load` operators; absent: `file operations have been disabled`. */
  readonly readFile?: (path: string) => string;
  /** The clock of `now`; absent: `now` fails. */
  readonly now?: () => Date;
}

export interface EvaluateOptions {
  /** @default nothing: environment, files and clock are disabled */
  readonly access?: Access;
}

/**
 * Applies an expression to all documents of a YAML text and returns the result re-formatted: two-space indent, sequences not
 * indented under their key, LF line ends, comments and blank lines kept, two spaces before a line comment.
 * An empty expression returns the text unchanged.
 *
 * @throws UserError when the text is no YAML, the expression is none, or an operator fails
 */
export function evaluateYaml(expression: string, text: string, options: EvaluateOptions = {}): string {
  throw new Error(`not yet: ${expression}${text}${options}`);
}

export interface FormatOptions extends EvaluateOptions {
  /** @default "yaml" */
  readonly format?: OutputFormat;
  /** Spaces per level; 0 makes JSON compact. @default 2 */
  readonly indent?: number;
  /** Scalar results without quotes. @default true */
  readonly unwrapScalars?: boolean;
  /** @default false */
  readonly colors?: boolean;
}

/**
 * Applies an expression to a plain value (what JSON can hold) and returns the printed results, each ended by a newline:
 * one result per line with `format: "json"` and `indent: 0`.
 */
export function evaluateJson(expression: string, value: unknown, options: FormatOptions = {}): string {
  throw new Error(`not yet: ${expression}${value}${options}`);
}

/** Applies an expression to all documents of a YAML (or JSON) text at once and returns the results as plain values. */
export function evaluateAll(expression: string, text: string, options: EvaluateOptions = {}): readonly unknown[] {
  throw new Error(`not yet: ${expression}${text}${options}`);
}
