import { dereference, pairs, type YqNode } from "../node.ts";
import { effectiveTag } from "../tags.ts";
import type { Paint, PaintKind } from "./paint.ts";
import { plain } from "./paint.ts";
import { blockScalar, inlineScalar, writtenTag } from "./yaml-scalar.ts";

export interface YamlOptions {
  /** Spaces per level. @default 2 */
  readonly indent?: number;
  /** Whether sequences are not indented under their key. @default false */
  readonly compactSequences?: boolean;
  /** Spaces before a comment at the end of a line. @default 1 */
  readonly commentPad?: number;
  /** @default no colours */
  readonly paint?: Paint;
}

/** A node as a YAML document without `---` (unless the source had one before its first document), ended by a newline. */
export function printYaml(node: YqNode, options: YamlOptions = {}): string {
  const printer = new Printer(options);
  printer.document(node);
  return printer.text();
}

class Printer {
  private readonly lines: string[] = [];
  /** Whether the entry that was just printed ended with a comment of its own. */
  private hasFoot = false;
  private readonly indent: number;
  private readonly compact: boolean;
  private readonly pad: string;
  private readonly paint: Paint;

  constructor(options: YamlOptions) {
    const { indent = 2, compactSequences = false, commentPad = 1, paint = plain } = options;
    this.indent = Math.max(indent, 2);
    this.compact = compactSequences;
    this.pad = " ".repeat(commentPad);
    this.paint = paint;
  }

  text(): string {
    return this.lines.length === 0 ? "" : `${this.lines.join("\n")}\n`;
  }

  document(root: YqNode): void {
    if (root.parent === undefined) this.lines.push(...root.preamble);
    if (root.key === undefined || typeof root.key === "number" || root.kind !== "scalar") this.trivia(root.head, "");
    if (this.isBlock(root)) {
      const properties = this.properties(root);
      if (properties !== "") this.lines.push(properties);
      this.collection(root, "", undefined);
    } else if (root.kind === "scalar" && root.value === "" && root.tag === "!!null") {
      const properties = this.properties(root);
      if (properties !== "") this.lines.push(properties);
    } else this.leaf("", root, "", root.line);
    const foot = [...root.foot];
    while (foot.at(-1) === "") foot.pop();
    this.trivia(foot, "");
  }

  private trivia(lines: readonly string[], margin: string): void {
    for (const line of lines) this.lines.push(line === "" ? "" : margin + this.paint("comment", line));
  }

  private isBlock(node: YqNode): boolean {
    return (node.kind === "map" || node.kind === "seq") && node.style !== "flow" && node.content.length > 0;
  }

  /** The margin of the next level: a multiple of the indentation, also below the two columns of a dash. */
  private deeper(margin: string): string {
    return " ".repeat(this.indent * (Math.floor(margin.length / this.indent) + 1));
  }

  private comment(text: string): string {
    return text === "" ? "" : this.pad + this.paint("comment", text);
  }

  private properties(node: YqNode): string {
    const parts: string[] = [];
    if (node.anchor !== "") parts.push(this.paint("anchor", `&${node.anchor}`));
    const tag = writtenTag(node);
    if (tag !== "") parts.push(tag);
    return parts.join(" ");
  }

  /** @param first what the first entry's line starts with, when it is not the margin */
  private collection(node: YqNode, margin: string, first: string | undefined): void {
    let lead = first === undefined ? undefined : this.leadAfterComments(node, margin, first);
    if (node.kind === "seq") {
      for (const item of node.content) {
        this.item(item, margin, lead);
        lead = undefined;
      }
      return;
    }
    for (const [key, value] of pairs(node)) {
      this.setOff(key);
      this.entry(key, value, margin, lead);
      lead = undefined;
    }
  }

  /** The comment of a first entry that shares its line with a `-`: it starts after the `-`, and the entry below it. */
  private leadAfterComments(node: YqNode, margin: string, first: string): string {
    const [top, ...rest] = node.content[0]!.head.filter((line) => line !== "");
    if (top === undefined) return first;
    this.lines.push(`${first}${this.paint("comment", top)}`);
    this.trivia(rest, margin);
    return margin;
  }

  /** A comment below an entry is set off from the next one, whose own it would be otherwise. */
  private setOff(next: YqNode): void {
    if (this.hasFoot && next.head[0] !== "") this.lines.push("");
    this.hasFoot = false;
  }

  private item(item: YqNode, margin: string, first: string | undefined): void {
    const lead = `${first ?? margin}-`;
    if (first === undefined) this.trivia(item.head, margin);
    const inner = `${margin}${" ".repeat(2)}`;
    if (this.isBlock(item)) {
      const properties = this.properties(item);
      if (properties === "" && item.line === "") this.collection(item, inner, `${lead} `);
      else {
        this.lines.push(join(lead, properties) + this.comment(item.line));
        this.collection(item, inner, undefined);
      }
    } else this.leaf(lead, item, margin, item.line);
    this.trivia(item.foot, margin);
  }

  private entry(key: YqNode, value: YqNode, margin: string, first: string | undefined): void {
    if (first === undefined) this.trivia(key.head, margin);
    const loose = value.head.filter((line) => line !== "");
    const isBlock = this.isBlock(value);
    if (!isBlock && first === undefined) this.trivia(loose, margin);
    const lead = `${first ?? margin}${this.keyText(key)}`;
    if (isBlock) {
      this.lines.push(join(lead, this.properties(value)) + this.comment(key.line || value.line));
      const isIndented = value.kind === "map" || !this.compact;
      const inner = isIndented ? this.deeper(margin) : margin;
      this.trivia(loose, inner);
      this.collection(value, inner, undefined);
    } else this.leaf(lead, value, margin, value.line || key.line);
    this.trivia(value.foot, margin);
    this.trivia(key.foot, margin);
    this.hasFoot = [...value.foot, ...key.foot].at(-1)?.startsWith("#") === true;
  }

  private keyText(key: YqNode): string {
    if (key.kind === "map" || key.kind === "seq") return `? ${this.flow(key, true)}\n:`;
    if (key.kind === "alias") return `${this.paint("anchor", `*${key.value}`)} :`;
    const text = inlineScalar(key, { flow: false, key: true });
    // a key longer than this is none without a question mark
    const shown = text.length > 1000 ? `? ${text}\n` : this.paint("key", text === "" ? '""' : text);
    return `${join(this.properties(key), shown)}:`;
  }

  /** A scalar, an alias or a collection in brackets, after the start of its line. */
  private leaf(lead: string, node: YqNode, margin: string, comment: string): void {
    const start = join(lead, this.properties(node));
    const block = node.kind === "scalar" ? blockScalar(node, { flow: false, key: false }) : undefined;
    if (block !== undefined) {
      const inner = lead === "" ? "  " : this.deeper(margin);
      const indicator = block.needsIndicator ? inner.length - margin.length : "";
      this.lines.push(join(start, `${block.symbol}${indicator}${block.chomp}`) + this.comment(comment));
      for (const line of block.lines) this.lines.push(line === "" ? "" : inner + this.paint("string", line));
      return;
    }
    if (node.kind === "map" || node.kind === "seq") {
      const [open, ...rest] = this.flowLines(node, margin);
      if (rest.length > 0) {
        this.lines.push(join(start, open!), ...rest);
        const last = this.lines.pop()!;
        this.lines.push(last + this.comment(comment));
        return;
      }
    }
    this.lines.push(join(start, this.flow(node, false)) + this.comment(comment));
  }

  /** A node on one line. */
  private flow(node: YqNode, inFlow: boolean): string {
    if (node.kind === "alias") return this.paint("anchor", `*${node.value}`);
    if (node.kind === "scalar") return this.paint(kindOf(node), inlineScalar(node, { flow: inFlow, key: false }));
    if (node.kind === "seq") return `[${node.content.map((item) => this.flowItem(item)).join(", ")}]`;
    const entries = [...pairs(node)].map(([key, value]) => this.flowEntry(key, value));
    return `{${entries.join(", ")}}`;
  }

  private flowItem(node: YqNode): string {
    return join(this.properties(node), this.flow(node, true));
  }

  private flowEntry(key: YqNode, value: YqNode): string {
    const name =
      key.kind === "scalar"
        ? join(this.properties(key), this.paint("key", inlineScalar(key, { flow: true, key: true }) || '""'))
        : `${this.flow(key, true)}${key.kind === "alias" ? " " : ""}`;
    return join(`${name}:`, this.flowItem(value));
  }

  /** A collection in brackets; a line ends where a comment does. */
  private flowLines(node: YqNode, margin: string): readonly string[] {
    if (!hasComments(node)) return [this.flow(node, false)];
    const [open, close] = node.kind === "seq" ? "[]" : "{}";
    const inner = this.deeper(margin);
    const lines = [open!];
    const end = (): string => lines.pop()!;
    const entries = node.kind === "seq" ? node.content.map((item) => [item] as const) : [...pairs(node)];
    let isFresh = true;
    entries.forEach((entry, i) => {
      const value = entry.at(-1)!;
      const [key] = entry;
      const head = [...(value === key ? [] : key.head), ...value.head].filter((line) => line !== "");
      const name = value === key ? "" : `${join(this.properties(key), this.flow(key, true))}:`;
      if (head.length > 0) {
        lines.push(...head.map((comment) => inner + this.paint("comment", comment)), inner);
        isFresh = true;
      }
      const [first, ...more] = this.nested(name, value, inner);
      lines.push(`${end()}${isFresh ? "" : " "}${first}`, ...more);
      const line = value.line || key.line;
      if (line !== "") lines.push(`${end()},${this.comment(line)}`, i === entries.length - 1 ? margin : inner);
      else if (i < entries.length - 1) lines.push(`${end()},`);
      isFresh = line !== "";
    });
    lines.push(end() + close);
    return lines;
  }

  private nested(lead: string, node: YqNode, margin: string): readonly string[] {
    const start = join(lead, this.properties(node));
    if (node.kind === "scalar" || node.kind === "alias") return [join(start, this.flow(node, true))];
    const [open, ...rest] = this.flowLines(node, margin);
    return [join(start, open!), ...rest];
  }
}

function join(left: string, right: string): string {
  return left === "" || right === "" || left.endsWith(" ") ? left + right : `${left} ${right}`;
}

function hasComments(node: YqNode): boolean {
  return node.content.some(
    (child) => child.line !== "" || child.head.some((line) => line !== "") || hasComments(child),
  );
}

function kindOf(node: YqNode): PaintKind {
  const tag = effectiveTag(dereference(node));
  if (tag === "!!int" || tag === "!!float") return "number";
  return tag === "!!bool" ? "bool" : tag === "!!null" ? "null" : "string";
}
