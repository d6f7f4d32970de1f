import type { Access } from "./context.ts";
import { Evaluator } from "./evaluator.ts";
import type { OutputFormat } from "./format/formats.ts";
import { toValue } from "./format/json.ts";
import { jsonNode } from "./format/json-read.ts";
import { type PrintOptions, printResults } from "./format/printer.ts";
import { readYaml } from "./format/yaml-read.ts";
import type { YqNode } from "./node.ts";
import { parse } from "./syntax/parser.ts";

export interface EvaluateOptions {
  /** What the expression may reach. @default nothing: environment, files, clock and randomness are disabled */
  readonly access?: Access;
}

export interface EvaluateYamlOptions extends EvaluateOptions {
  /** @default false */
  readonly colors?: boolean;
}

/** The results of an expression for all documents of one or several texts, evaluated together. */
function evaluateNodes(expression: string, documents: readonly YqNode[], access: Access = {}): readonly YqNode[] {
  const evaluation = new Evaluator(access);
  return evaluation.run(parse(expression), {
    nodes: documents,
    variables: new Map(),
    dateLayout: undefined,
    readOnly: false,
  });
}

/**
 * Applies an expression to all documents of a YAML text and returns the result re-formatted: two-space indent, sequences not
 * indented under their key, LF line ends, comments and blank lines kept, two spaces before a line comment.
 * An empty expression returns the text unchanged.
 *
 * @throws UserError when the text is no YAML (`yaml: line N: ...`), the expression is none (`... invalid input text ...`), or an
 * operator fails
 */
export function evaluateYaml(expression: string, text: string, options: EvaluateYamlOptions = {}): string {
  if (expression.trim() === "") return text;
  const results = evaluateNodes(expression, readYaml(text, { together: true }), options.access);
  return printResults(results, { ...templateFormat, colors: options.colors ?? false });
}

const templateFormat: PrintOptions = {
  format: "yaml",
  indent: 2,
  unwrapScalars: true,
  colors: false,
  separators: true,
  yaml: { compactSequences: true, commentPad: 2 },
  props: {},
};

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
 *
 * @throws UserError when the expression is none or an operator fails
 */
export function evaluateJson(expression: string, value: unknown, options: FormatOptions = {}): string {
  const { format = "yaml", indent = 2, unwrapScalars = true, colors = false, access } = options;
  const results = evaluateNodes(expression, [jsonNode(value)], access);
  return printResults(results, { ...templateFormat, format, indent, unwrapScalars, colors });
}

/**
 * Applies an expression to all documents of a YAML (or JSON) text at once and returns the results as plain values.
 *
 * @throws UserError as `evaluateYaml`
 */
export function evaluateAll(expression: string, text: string, options: EvaluateOptions = {}): readonly unknown[] {
  return evaluateNodes(expression, readYaml(text, { together: true }), options.access).map(toValue);
}
