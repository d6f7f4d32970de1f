import { UserError } from "../../errors.ts";
import { appendPair, dereference, lookup, pairs, text, YqNode } from "../node.ts";

/** A key, between backquotes where it holds what ends a key. */
function keyText(key: string): string {
  return /[=:]/.test(key) ? `\`${key}\`` : key;
}

/** A value, quoted where it would be read as another. */
function valueText(value: string): string {
  if (/[\n`]/.test(value)) return `"""${value}"""`;
  if (/[#;]/.test(value)) return `\`${value}\``;
  return value !== value.trim() ? `"${value}"` : value;
}

/** The lines of a section; the equals signs stand below each other. */
function lines(entries: readonly (readonly [YqNode, YqNode])[]): string {
  const texts = entries.map(([key, value]) => {
    const at = dereference(value);
    if (at.kind !== "scalar") throw new UserError(`ini values must be scalars, ${key.value} is a ${at.tag}`);
    return [keyText(key.value), valueText(at.value)] as const;
  });
  const width = Math.max(0, ...texts.map(([key]) => key.length));
  return texts.map(([key, value]) => `${key.padEnd(width)} = ${value}\n`).join("");
}

/** A map of scalars and of maps of scalars as an ini file: the scalars first, then a section for each map. */
export function printIni(given: YqNode): string {
  const root = dereference(given);
  if (root.kind === "scalar") return `${root.value}\n`;
  if (root.kind !== "map") throw new UserError(`ini encoding only works for maps, got: ${root.tag}`);
  const entries = [...pairs(root)];
  const loose = entries.filter(([, value]) => dereference(value).kind !== "map");
  const blocks = loose.length > 0 ? [lines(loose)] : [];
  for (const [key, value] of entries) {
    const section = dereference(value);
    if (section.kind === "map") blocks.push(`[${key.value}]\n${lines([...pairs(section)])}`);
  }
  return blocks.join("\n");
}

/** Reads an ini file line by line. */
class Reader {
  private readonly root = new YqNode("map", "!!map");
  private readonly source: readonly string[];
  private section = this.root;
  private comments: string[] = [];
  private at = 0;

  constructor(source: string) {
    this.source = source.split(/\r\n|\n|\r/);
  }

  whole(): YqNode {
    for (; this.at < this.source.length; this.at++) this.line(this.source[this.at]!.trim());
    return this.root;
  }

  private line(line: string): void {
    if (line === "") return;
    if (line.startsWith(";") || line.startsWith("#")) {
      this.comments.push(`#${line.slice(1)}`);
      return;
    }
    const key = text("");
    key.head = this.comments;
    this.comments = [];
    const header = /^\[([^\]]*)\]/.exec(line);
    if (header !== null) {
      key.value = header[1]!;
      const there = lookup(this.root, key.value);
      this.section = there ?? new YqNode("map", "!!map");
      if (there === undefined) appendPair(this.root, key, this.section);
      return;
    }
    const match = /^(?:`([^`]+)`\s*|([^=:]+))[=:]\s*(.*)$/.exec(line);
    if (match === null) throw new UserError(`ini: line ${this.at + 1} is neither a section nor a key: ${line}`);
    key.value = match[1] ?? match[2]!.trim();
    appendPair(this.section, key, text(this.value(match[3]!)));
  }

  /** A value from its first line on: between quotes, or up to a comment after a space; a backslash at the end joins lines. */
  private value(first: string): string {
    const mark = ['"""', "`"].find((each) => first.startsWith(each));
    if (mark !== undefined) return this.quoted(first.slice(mark.length), mark);
    let line = first;
    while (line.endsWith("\\") && this.at + 1 < this.source.length) {
      this.at++;
      line = line.slice(0, -1) + this.source[this.at]!.trim();
    }
    const plain = line.replace(/(?:^|\s+)[#;].*$/, "");
    return /^(["'])(.*)\1$/.exec(plain)?.[2] ?? plain;
  }

  private quoted(first: string, mark: string): string {
    const start = this.at;
    let value = first;
    for (;;) {
      const end = value.indexOf(mark);
      if (end >= 0) return value.slice(0, end);
      this.at++;
      const next = this.source[this.at];
      if (next === undefined) throw new UserError(`ini: the value that begins in line ${start + 1} has no end`);
      value += `\n${next}`;
    }
  }
}

/** An ini file as a map: sections are maps, all values are strings, `;` and `#` lines are comments of what follows. */
export function readIni(source: string): YqNode {
  return new Reader(source).whole();
}
