/**
 * A function that templates may call. Arguments are plain values (nil as null); a thrown Error becomes
 * `error calling NAME: MESSAGE`. The number of declared parameters is checked, unless the only one is a rest parameter.
 */
export type TemplateFunction = (...args: never[]) => unknown;

export interface TemplateOptions {
  /** The template's name in error texts. @default "" */
  readonly name?: string;
  /** Functions beside the builtin ones; they win over builtins of the same name. @default none */
  readonly functions?: Readonly<Record<string, TemplateFunction>>;
  /** What a missing map key gives: `<no value>`, the zero of the element type, or an error. @default "default" */
  readonly missingKey?: "default" | "zero" | "error";
  /** The Go type of the data itself when it is a struct, as `withGoType` would give it. @default the data is a map */
  readonly structName?: string;
}
