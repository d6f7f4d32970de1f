import type { YqNode } from "../node.ts";

/** The start of an entry of a block collection: a key, or the dash of an item. */
export interface Entry {
  readonly offset: number;
  readonly parent: Entry | undefined;
  /** The key node or the item; set when it is built. */
  node: YqNode | undefined;
}

/** A scalar, an alias or a closing bracket in the source. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly node: YqNode;
}

/** One document with where its parts were written, in source order. */
export interface SourceMap {
  readonly root: YqNode;
  readonly entries: readonly Entry[];
  readonly pieces: readonly Piece[];
  readonly flows: readonly { readonly start: number; readonly end: number }[];
  /** Where collections and aliases start. */
  readonly starts: readonly { readonly node: YqNode; readonly offset: number }[];
}

/** Gives comments, blank lines and source places to the nodes of all documents of a text. */
export function attachTrivia(text: string, documents: readonly SourceMap[]): void {
  const source = new SourceLines(text, documents);
  source.ranges().forEach(({ from, to, preamble }, i) => {
    const document = documents[i];
    if (document === undefined) return;
    document.root.preamble = preamble;
    new Attacher(source, document, i === 0, from, to).run();
  });
}

type LineKind = "content" | "blank" | "comment" | "separator" | "end";

interface LineRange {
  readonly from: number;
  readonly to: number;
  readonly preamble: readonly string[];
}

class SourceLines {
  readonly lines: string[];
  private readonly starts: number[] = [];
  /** Lines that begin inside of a scalar. */
  private readonly inside = new Set<number>();

  constructor(text: string, documents: readonly SourceMap[]) {
    this.lines = text.split("\n");
    let at = 0;
    for (const line of this.lines) {
      this.starts.push(at);
      at += line.length + 1;
    }
    for (const { pieces } of documents)
      for (const { start, end } of pieces) {
        const last = this.lineOf(end);
        for (let line = this.lineOf(start) + 1; line <= last; line++) this.inside.add(line);
      }
  }

  lineOf(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  columnOf(offset: number): number {
    return offset - this.starts[this.lineOf(offset)]!;
  }

  offsetOf(line: number): number {
    return this.starts[line]!;
  }

  kind(line: number): LineKind {
    const text = this.lines[line]!;
    if (this.inside.has(line)) return "content";
    if (/^---(?:\s|$)/.test(text)) return "separator";
    if (/^\.\.\.(?:\s|$)/.test(text)) return "end";
    const trimmed = text.trim();
    if (trimmed === "") return "blank";
    return trimmed.startsWith("#") ? "comment" : "content";
  }

  /** The lines of each document; a document that starts with `---` on its own line starts after it. */
  ranges(): readonly LineRange[] {
    const found: { from: number; to: number; preamble: readonly string[] }[] = [];
    let from = 0;
    let preamble: readonly string[] = [];
    let hasContent = false;
    for (let line = 0; line < this.lines.length; line++) {
      const kind = this.kind(line);
      if (kind === "content" && !this.lines[line]!.startsWith("%")) hasContent = true;
      if (kind !== "separator") continue;
      const inline = /^---\s+[^#\s]/.test(this.lines[line]!);
      if (hasContent || found.length > 0 || preamble.length > 0) found.push({ from, to: line, preamble });
      const before = found.length === 0 ? this.lines.slice(0, line) : [];
      preamble = found.length === 0 ? [...before.map((text) => text.trimEnd()), "---"] : [];
      // A comment beside the `---` is the document's first one.
      if (/^---\s+#/.test(this.lines[line]!)) this.lines[line] = `   ${this.lines[line]!.slice(3)}`;
      from = inline || this.kind(line) === "comment" ? line : line + 1;
      hasContent = false;
    }
    found.push({ from, to: this.lines.length, preamble });
    return found;
  }
}

class Attacher {
  private nextPiece = 0;
  private nextEntry = 0;
  private lastEntry: Entry | undefined;

  constructor(
    private readonly source: SourceLines,
    private readonly document: SourceMap,
    private readonly isFirst: boolean,
    private readonly from: number,
    private readonly to: number,
  ) {}

  run(): void {
    const { source, document } = this;
    const place = (offset: number) => ({ line: source.lineOf(offset) + 1, column: source.columnOf(offset) + 1 });
    for (const { node, start } of document.pieces) node.place = place(start);
    for (const { node, offset } of document.starts) node.place = place(offset);
    let region: string[] = [];
    let columns: number[] = [];
    let started = false;
    for (let line = this.from; line < this.to; line++) {
      const kind = source.kind(line);
      if (kind === "end") continue;
      if (kind === "blank" || kind === "comment") {
        const text = source.lines[line]!;
        region.push(text.trim());
        columns.push(text.length - text.trimStart().length);
        continue;
      }
      const entry = this.entryOn(line);
      if (region.length > 0) this.place(region, columns, entry, line, started);
      region = [];
      columns = [];
      this.advance(line);
      this.lineComment(line);
      started = true;
    }
    while (region.at(-1) === "") region.pop();
    if (region.length > 0) this.place(region, columns, undefined, this.to, started);
  }

  /** The outermost entry that starts on a line. */
  private entryOn(line: number): Entry | undefined {
    const entry = this.document.entries[this.nextEntry];
    return entry !== undefined && this.source.lineOf(entry.offset) === line ? entry : undefined;
  }

  private advance(line: number): void {
    const { entries } = this.document;
    for (let entry = entries[this.nextEntry]; entry !== undefined; entry = entries[this.nextEntry]) {
      if (this.source.lineOf(entry.offset) > line) break;
      this.lastEntry = entry;
      this.nextEntry++;
    }
  }

  /** A comment at the end of a line belongs to the last thing on that line. */
  private lineComment(line: number): void {
    const { source, document } = this;
    const start = source.offsetOf(line);
    const text = source.lines[line]!;
    const end = start + text.length;
    const { pieces } = document;
    while (this.nextPiece < pieces.length && pieces[this.nextPiece]!.end < start) this.nextPiece++;
    const here: Piece[] = [];
    for (let i = this.nextPiece; i < pieces.length && pieces[i]!.start < end; i++) here.push(pieces[i]!);
    const comment = commentIn(text, start, here);
    if (comment === undefined) return;
    const value = text.slice(comment).trimEnd();
    let owner: Piece | undefined;
    for (const piece of here)
      if (piece.end <= start + comment && (owner === undefined || piece.end >= owner.end)) owner = piece;
    if (owner !== undefined) owner.node.line = value;
    else if (this.lastEntry?.node !== undefined && source.lineOf(this.lastEntry.offset) === line)
      this.lastEntry.node.line = value;
    else document.root.head = [...document.root.head, value];
  }

  /** Gives the comment and blank lines between two content lines to the entries around them. */
  private place(
    region: readonly string[],
    columns: readonly number[],
    next: Entry | undefined,
    line: number,
    started: boolean,
  ): void {
    const { root } = this.document;
    if (!started && (this.isFirst || next === undefined)) {
      root.head = [...root.head, ...region];
      return;
    }
    if (!started) {
      this.splitHead(region, next!);
      return;
    }
    if (next === undefined && line < this.to) {
      this.inner(region, line);
      return;
    }
    const head: string[] = [];
    let blanks: string[] = [];
    let limit = Number.POSITIVE_INFINITY;
    const firstBlank = region.indexOf("");
    region.forEach((text, i) => {
      if (text === "") {
        blanks.push("");
        return;
      }
      const isDirect = i < firstBlank || (firstBlank < 0 && next === undefined);
      const owner = head.length > 0 ? undefined : this.footOwner(Math.min(columns[i]!, limit), next, isDirect);
      if (owner?.node === undefined) head.push(...blanks, text);
      else {
        limit = this.source.columnOf(owner.offset);
        owner.node.foot = [...owner.node.foot, ...blanks, text];
      }
      blanks = [];
    });
    head.push(...blanks);
    if (next?.node !== undefined) next.node.head = head;
    else root.foot = [...root.foot, ...head];
  }

  /** Of a later document: a comment that a blank line separates from the first entry is the document's. */
  private splitHead(region: readonly string[], next: Entry): void {
    const lastBlank = region.lastIndexOf("");
    this.document.root.head = [...this.document.root.head, ...region.slice(0, lastBlank + 1)];
    if (next.node !== undefined) next.node.head = region.slice(lastBlank + 1);
  }

  /**
   * The entry that a comment at a column follows: one further right than the next entry, or, directly below it with a blank line
   * (or nothing) after, one at the same column.
   */
  private footOwner(column: number, next: Entry | undefined, isDirect: boolean): Entry | undefined {
    const nextColumn = next === undefined ? -1 : this.source.columnOf(next.offset);
    let sameColumn: Entry | undefined;
    for (let entry = this.lastEntry; entry !== undefined; entry = entry.parent) {
      const at = this.source.columnOf(entry.offset);
      if (at > column) continue;
      if (at > Math.max(nextColumn, 0) || (nextColumn < 0 && at > 0)) return entry;
      if (at === column && !isWithin(next, entry)) sameColumn = entry;
    }
    return isDirect ? sameColumn : undefined;
  }

  /** Comments before a line that starts no entry: inside of a flow collection, or between a key and its value. */
  private inner(region: readonly string[], line: number): void {
    const comments = region.filter((text) => text !== "");
    if (comments.length === 0) return;
    const start = this.source.offsetOf(line);
    const inFlow = this.document.flows.some((flow) => flow.start < start && start <= flow.end);
    const piece = this.document.pieces.find((candidate) => candidate.start >= start);
    if (inFlow && piece !== undefined) piece.node.head = [...piece.node.head, ...comments];
    else if (this.lastEntry?.node !== undefined) this.lastEntry.node.head = [...this.lastEntry.node.head, ...comments];
  }
}

/** Whether an entry stands somewhere below another. */
function isWithin(entry: Entry | undefined, other: Entry): boolean {
  for (let at = entry?.parent; at !== undefined; at = at.parent) if (at === other) return true;
  return false;
}

/** Where the comment of a line starts: a `#` after white space that is inside of no scalar. */
function commentIn(text: string, start: number, pieces: readonly Piece[]): number | undefined {
  for (let at = text.indexOf("#"); at >= 0; at = text.indexOf("#", at + 1)) {
    if (at > 0 && !/\s/.test(text[at - 1]!)) continue;
    const offset = start + at;
    if (!pieces.some((piece) => piece.start <= offset && offset < piece.end)) return at;
  }
  return undefined;
}
