import { type FormatSpec, plainSpec } from "./format-spec.ts";
import { formatValue, plainText } from "./format-value.ts";
import { kindOf, typeOf } from "./value.ts";

/** Widths and precisions beyond this are refused, as Go's fmt does. */
const maxNumber = 1_000_000;

/** `print`: the values one after another, with a blank between two that are both no strings. */
export function sprint(values: readonly unknown[]): string {
  let out = "";
  for (const [i, value] of values.entries()) {
    if (i > 0 && kindOf(value) !== "string" && kindOf(values[i - 1]) !== "string") out += " ";
    out += plainText(value);
  }
  return out;
}

/** `println`: the values with blanks between them and a newline at the end. */
export function sprintln(values: readonly unknown[]): string {
  return `${values.map(plainText).join(" ")}\n`;
}

/** `printf` with Go's verbs, flags, `*` and `[N]` indexes; mistakes show as `%!...` in the text. */
export function sprintf(format: string, values: readonly unknown[]): string {
  return new Formatter(format, values).run();
}

class Formatter {
  private pos = 0;
  private argument = 0;
  private reordered = false;
  private badIndex = false;
  private afterIndex = false;

  constructor(
    private readonly format: string,
    private readonly values: readonly unknown[],
  ) {}

  run(): string {
    let out = "";
    while (this.pos < this.format.length) {
      const percent = this.format.indexOf("%", this.pos);
      if (percent < 0) return this.finish(out + this.format.slice(this.pos));
      out += this.format.slice(this.pos, percent);
      this.pos = percent + 1;
      out += this.verb();
    }
    return this.finish(out);
  }

  private finish(out: string): string {
    if (this.reordered || this.argument >= this.values.length) return out;
    const extra = this.values.slice(this.argument).map((value) => {
      const kind = kindOf(value);
      return kind === "invalid" || kind === "nil" ? "<nil>" : `${typeOf(value)}=${plainText(value)}`;
    });
    return `${out}%!(EXTRA ${extra.join(", ")})`;
  }

  private verb(): string {
    this.afterIndex = false;
    this.badIndex = false;
    const flags = this.flags();
    let problems = "";
    this.argumentIndex();
    const width = this.size("BADWIDTH");
    problems += width.problem;
    const precision = this.precision();
    problems += precision.problem;
    if (!this.afterIndex) this.argumentIndex();
    const code = this.format.codePointAt(this.pos);
    if (code === undefined) return `${problems}%!(NOVERB)`;
    const verb = String.fromCodePoint(code);
    this.pos += verb.length;
    const left = width.value !== undefined && width.value < 0;
    const spec: FormatSpec = {
      ...flags,
      minus: flags.minus || left,
      zero: flags.zero && !left,
      width: width.value === undefined ? undefined : Math.abs(width.value),
      precision: precision.value,
    };
    return problems + this.operand(verb, spec);
  }

  private operand(verb: string, spec: FormatSpec): string {
    if (verb === "%") return "%";
    if (this.badIndex) return `%!${verb}(BADINDEX)`;
    if (this.argument >= this.values.length) return `%!${verb}(MISSING)`;
    const value = this.values[this.argument];
    this.argument += 1;
    if (verb !== "v") return formatValue(value, verb, spec);
    // %+v and %#v are formats of their own: their flags do not reach the numbers inside.
    const goSyntax = spec.sharp;
    const fieldNames = spec.plus && !goSyntax;
    return formatValue(value, verb, { ...spec, goSyntax, fieldNames, sharp: false, plus: false });
  }

  private flags(): FormatSpec {
    const seen = /[+\-# 0]*/y;
    seen.lastIndex = this.pos;
    const text = seen.exec(this.format)?.[0] ?? "";
    this.pos += text.length;
    return {
      ...plainSpec,
      plus: text.includes("+"),
      minus: text.includes("-"),
      sharp: text.includes("#"),
      space: text.includes(" "),
      zero: text.includes("0"),
    };
  }

  /** `[N]`: the next operand is the Nth. */
  private argumentIndex(): void {
    if (this.format[this.pos] !== "[") return;
    this.reordered = true;
    const close = this.format.indexOf("]", this.pos);
    const text = close < 0 ? "" : this.format.slice(this.pos + 1, close);
    this.pos = close < 0 ? this.pos + 1 : close + 1;
    const index = /^[0-9]{1,7}$/.test(text) ? Number(text) - 1 : -1;
    if (index < 0 || index >= this.values.length) {
      this.badIndex = true;
      return;
    }
    this.argument = index;
    this.afterIndex = true;
  }

  /** A number, or `*` for one taken from the operands. */
  private size(problem: string): { readonly value: number | undefined; readonly problem: string } {
    if (this.format[this.pos] === "*") {
      this.pos += 1;
      const value = this.values[this.argument];
      if (this.argument < this.values.length) this.argument += 1;
      this.afterIndex = false;
      const usable = kindOf(value) === "int" && Math.abs(Number(value)) <= maxNumber;
      return usable ? { value: Number(value), problem: "" } : { value: undefined, problem: `%!(${problem})` };
    }
    const digits = /[0-9]*/y;
    digits.lastIndex = this.pos;
    const text = digits.exec(this.format)?.[0] ?? "";
    if (text === "") return { value: undefined, problem: "" };
    this.pos += text.length;
    if (this.afterIndex) this.badIndex = true;
    const value = Number(text);
    return { value: value > maxNumber ? undefined : value, problem: "" };
  }

  private precision(): { readonly value: number | undefined; readonly problem: string } {
    // A point at the very end is a verb.
    if (this.format[this.pos] !== "." || this.pos + 1 === this.format.length) return { value: undefined, problem: "" };
    this.pos += 1;
    if (this.afterIndex) this.badIndex = true;
    this.argumentIndex();
    const starred = this.format[this.pos] === "*";
    const { value, problem } = this.size("BADPREC");
    if (!starred) return { value: value ?? 0, problem };
    return value !== undefined && value < 0 ? { value: undefined, problem: "%!(BADPREC)" } : { value, problem };
  }
}
