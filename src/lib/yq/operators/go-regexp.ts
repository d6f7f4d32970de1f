import { UserError } from "../../errors.ts";

/** A regular expression of Go's as one of this runtime. */
export interface GoRegExp {
  /** Global, with indices. All groups are unnamed. */
  readonly pattern: RegExp;
  /** The names of its groups in order; "" for unnamed ones. */
  readonly names: readonly string[];
}

/** Translates a regular expression of Go's RE2 syntax (golang.org/s/re2syntax). @throws UserError in Go's words when it is none */
export function goRegExp(source: string): GoRegExp {
  const translator = new Translator(source);
  const translated = translator.translate();
  try {
    return { pattern: new RegExp(translated, "dgv"), names: translator.names };
  } catch {
    throw new UserError(`error parsing regexp: \`${source}\` is not supported`);
  }
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly U: boolean;
}

const noFlags: Flags = { i: false, m: false, s: false, U: false };

/** POSIX and Perl classes; the body of a class in brackets. */
const classes: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7f",
  blank: "\\t ",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
  d: "0-9",
  s: "\\t\\n\\f\\r ",
  w: "0-9A-Za-z_",
};

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

function fail(what: string, part: string): UserError {
  return new UserError(`error parsing regexp: ${what}: \`${part}\``);
}

/** One character as a pattern. */
function literal(code: number): string {
  const char = String.fromCodePoint(code);
  return /[0-9A-Za-z_]/.test(char) ? char : `\\u{${code.toString(16)}}`;
}

class Translator {
  readonly names: string[] = [];
  private at = 0;

  constructor(private readonly source: string) {}

  translate(): string {
    const result = this.alternatives(noFlags);
    if (this.at < this.source.length) throw fail("unexpected )", this.source);
    return result;
  }

  private peek(text: string): boolean {
    return this.source.startsWith(text, this.at);
  }

  private take(text: string): boolean {
    if (!this.peek(text)) return false;
    this.at += text.length;
    return true;
  }

  private matched(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(pattern.source, "yu");
    sticky.lastIndex = this.at;
    const match = sticky.exec(this.source);
    if (match === null) return undefined;
    this.at = sticky.lastIndex;
    return match;
  }

  /** What stands up to the end or a closing parenthesis; flags that are set inside hold up to there. */
  private alternatives(outer: Flags): string {
    let flags = outer;
    let result = "";
    let last = "";
    let repeated = "";
    while (this.at < this.source.length && !this.peek(")")) {
      const start = this.at;
      const set = this.matched(/\(\?([imsU]*)(-[imsU]+)?\)/);
      if (set !== undefined) {
        flags = changed(flags, set);
        continue;
      }
      if (this.take("|")) {
        result += `${last}|`;
        last = "";
        repeated = "";
        continue;
      }
      const times = this.repetition(flags);
      if (times !== undefined) {
        const operator = this.source.slice(start, this.at);
        if (last === "") throw fail("missing argument to repetition operator", operator);
        if (repeated !== "") throw fail("invalid nested repetition operator", repeated + operator);
        last += times;
        repeated = operator;
        continue;
      }
      result += last;
      last = this.atom(flags);
      repeated = "";
    }
    return result + last;
  }

  /** `*`, `+`, `?`, `{n,m}`, each perhaps with `?`. */
  private repetition(flags: Flags): string | undefined {
    const match = this.matched(/(?:[*+?]|\{(\d+)(?:,(\d*))?\})(\?)?/);
    if (match === undefined) return undefined;
    const [whole, from, to, lazy] = match;
    if (from !== undefined && (Number(from) > 1000 || Number(to ?? 0) > 1000 || (to && Number(to) < Number(from))))
      throw fail("invalid repeat count", whole);
    const operator = lazy === undefined ? whole : whole.slice(0, -1);
    return (lazy !== undefined) !== flags.U ? `${operator}?` : operator;
  }

  private atom(flags: Flags): string {
    if (this.take("(")) return this.group(flags);
    if (this.peek("[")) return cased(this.bracket(), flags);
    if (this.take(".")) return flags.s ? "[\\s\\S]" : "[^\\n]";
    // Lookarounds cannot be repeated as they are.
    if (this.take("^")) return flags.m ? "(?:(?<![^\\n]))" : "(?:(?<![\\s\\S]))";
    if (this.take("$")) return flags.m ? "(?:(?![^\\n]))" : "(?:(?![\\s\\S]))";
    if (this.take("\\")) return this.escape(flags);
    return this.character(flags);
  }

  private character(flags: Flags): string {
    const code = this.source.codePointAt(this.at)!;
    this.at += code > 0xffff ? 2 : 1;
    return cased(literal(code), flags);
  }

  private group(flags: Flags): string {
    const start = this.at - 1;
    const rest = this.source.slice(start);
    let open = "(";
    let inner = flags;
    const set = this.matched(/\?([imsU]*)(-[imsU]+)?:/);
    if (set !== undefined) {
      open = "(?:";
      inner = changed(flags, set);
    } else if (this.peek("?P<") || this.peek("?<")) {
      const name = this.matched(/\?P?<(\w+)>/)?.[1];
      if (name === undefined) throw fail("invalid named capture", rest);
      if (this.names.includes(name)) throw fail("duplicate capture group name", name);
      this.names.push(name);
    } else if (this.peek("?")) throw fail("invalid or unsupported Perl syntax", rest.slice(0, 3));
    else this.names.push("");
    const body = this.alternatives(inner);
    if (!this.take(")")) throw fail("missing closing )", this.source);
    return `${open}${body})`;
  }

  private escape(flags: Flags): string {
    if (this.at >= this.source.length) throw fail("trailing backslash at end of expression", "");
    if (this.take("Q")) {
      const end = this.source.indexOf("\\E", this.at);
      const quoted = this.source.slice(this.at, end < 0 ? undefined : end);
      this.at = end < 0 ? this.source.length : end + 2;
      return `(?:${[...quoted].map((char) => cased(literal(char.codePointAt(0)!), flags)).join("")})`;
    }
    if (this.take("A")) return "(?:(?<![\\s\\S]))";
    if (this.take("z")) return "(?:(?![\\s\\S]))";
    if (this.take("b")) return "(?:\\b)";
    if (this.take("B")) return "(?:\\B)";
    const set = this.perlClass();
    if (set !== undefined) return cased(set, flags);
    return cased(literal(this.escaped()), flags);
  }

  /** `\d`, `\W`, `\pL`, `\P{Greek}` after the backslash, as a class in brackets. */
  private perlClass(): string | undefined {
    const letter = this.matched(/[dswDSW]/)?.[0];
    if (letter !== undefined) {
      const negated = letter < "a";
      return `[${negated ? "^" : ""}${classes[letter.toLowerCase()]}]`;
    }
    const property = this.matched(/([pP])(?:\{(\^?)(\w+)\}|([A-Za-z]))/);
    if (property === undefined) return undefined;
    const name = property[3] ?? property[4] ?? "";
    const negated = (property[1] === "P") !== (property[2] === "^");
    const wanted = name === "Any" ? "Any" : name.length <= 2 ? name : `Script=${name}`;
    try {
      new RegExp(`\\p{${wanted}}`, "v");
    } catch {
      throw fail("invalid character class range", `\\${property[0]}`);
    }
    return `[${negated ? "\\P" : "\\p"}{${wanted}}]`;
  }

  /** The character that an escape after its backslash stands for. */
  private escaped(): number {
    const hex = this.matched(/x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/);
    if (hex !== undefined) return Number.parseInt(hex[1] ?? hex[2] ?? "", 16);
    const octal = this.matched(/0[0-7]{0,2}|[1-7][0-7]{1,2}/);
    if (octal !== undefined) return Number.parseInt(octal[0], 8);
    const char = String.fromCodePoint(this.source.codePointAt(this.at) ?? 0);
    const control = Object.hasOwn(controls, char) ? controls[char] : undefined;
    if (control === undefined && (/[0-9A-Za-z_]/.test(char) || char > "\x7f"))
      throw fail("invalid escape sequence", `\\${char}`);
    this.at += char.length;
    return control ?? char.codePointAt(0)!;
  }

  /** A class in brackets. */
  private bracket(): string {
    const start = this.at++;
    let result = this.take("^") ? "[^" : "[";
    for (let isFirst = true; isFirst || !this.peek("]"); isFirst = false) {
      if (this.at >= this.source.length) throw fail("missing closing ]", this.source.slice(start));
      const posix = this.matched(/\[:(\^?)(\w*):\]/);
      if (posix !== undefined) {
        const body = /^\w{2,}$/.test(posix[2] ?? "") ? classes[posix[2]!] : undefined;
        if (body === undefined) throw fail("invalid character class range", posix[0]);
        result += `[${posix[1]}${body}]`;
        continue;
      }
      const from = this.classItem(start);
      if (typeof from === "string") {
        result += from;
        continue;
      }
      if (this.peek("-") && !this.peek("-]") && this.at + 1 < this.source.length) {
        const rangeStart = this.at - String.fromCodePoint(from).length;
        this.at++;
        const to = this.classItem(start);
        if (typeof to === "string" || to < from)
          throw fail("invalid character class range", this.source.slice(rangeStart, this.at));
        result += `${literal(from)}-${literal(to)}`;
      } else result += literal(from);
    }
    this.at++;
    return `${result}]`;
  }

  /** A character of a class, or another class inside of it. */
  private classItem(start: number): number | string {
    if (this.at >= this.source.length) throw fail("missing closing ]", this.source.slice(start));
    if (this.take("\\")) return this.perlClass() ?? this.escaped();
    const code = this.source.codePointAt(this.at)!;
    this.at += code > 0xffff ? 2 : 1;
    return code;
  }
}

function cased(pattern: string, flags: Flags): string {
  return flags.i ? `(?i:${pattern})` : pattern;
}

/** @param set the match of flags to set and, after a minus, to clear */
function changed(flags: Flags, set: RegExpExecArray): Flags {
  const result = { ...flags };
  for (const letter of set[1] ?? "") result[letter as keyof Flags] = true;
  for (const letter of (set[2] ?? "").slice(1)) result[letter as keyof Flags] = false;
  return result;
}
