/** How one operand is to be printed: the flags, width and precision between `%` and the verb. */
export interface FormatSpec {
  /** `+`: a sign for numbers, ASCII only for `%q`. */
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  /** `%+v`: field names in structs. */
  readonly fieldNames: boolean;
  /** `%#v`: Go syntax. */
  readonly goSyntax: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

export const plainSpec: FormatSpec = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  fieldNames: false,
  goSyntax: false,
  width: undefined,
  precision: undefined,
};

/** Pads to the width, counted in characters. */
export function pad(text: string, spec: FormatSpec): string {
  const missing = (spec.width ?? 0) - [...text].length;
  if (missing <= 0) return text;
  if (spec.minus) return text + " ".repeat(missing);
  return (spec.zero ? "0" : " ").repeat(missing) + text;
}
