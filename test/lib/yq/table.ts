/** One line of the table: an expression, the YAML it is applied to, and what the yq program prints. */
export interface Row {
  readonly expression: string;
  readonly input: string;
  readonly output: string;
  /** Further arguments, before the expression. */
  readonly args?: readonly string[];
  /** Files by name, besides the input. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What standard error holds when the program fails. */
  readonly error?: string;
}

/** A row from its three texts; the last newline of input and output may be left out. */
export function row(expression: string, input: string, output: string, more: Partial<Row> = {}): Row {
  return { expression, input: ended(input), output: ended(output), ...more };
}

/** A row that starts from nothing (`-n`). */
export function fresh(expression: string, output: string, more: Partial<Row> = {}): Row {
  return { expression, input: "", output: ended(output), args: ["-n", ...(more.args ?? [])], ...more };
}

/** A row that fails with a message that holds a text. */
export function failing(expression: string, input: string, error: string, more: Partial<Row> = {}): Row {
  return { expression, input: ended(input), output: "", error, ...more };
}

function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
