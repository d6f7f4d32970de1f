import {
  type Document,
  isAlias,
  isMap,
  isSeq,
  type Pair,
  type ParsedNode,
  parseAllDocuments,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { UserError } from "../../errors.ts";
import { type NodeStyle, nothing, placeDocument, setContent, YqNode } from "../node.ts";
import { resolveTag } from "../tags.ts";
import { attachTrivia, type Entry, type Piece, type SourceMap } from "./yaml-trivia.ts";

export interface ReadOptions {
  /** @default "" */
  readonly filename?: string;
  /** Number of the file among those of one run. @default 0 */
  readonly file?: number;
  /** Whether the documents are evaluated as one context. @default false */
  readonly together?: boolean;
}

/**
 * The documents of a YAML text. Comments and blank lines belong to the entry they stand before or (when the next line is blank or
 * further left) after; those before the first entry of the first document belong to the document.
 *
 * @throws UserError `yaml: line N: ...` when the text is no YAML
 */
export function readYaml(source: string, options: ReadOptions = {}): readonly YqNode[] {
  const text = source.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.exec(text);
  if (control !== null) throw syntaxError(text, control.index, "control characters are not allowed");
  const directive = /^%(?!YAML |TAG ).*$/m.exec(text);
  if (directive !== null && isBeforeDocument(text, directive.index))
    throw syntaxError(text, directive.index, "found unknown directive name");
  const list = parsed(text);
  for (const document of list) {
    const [error] = document.errors;
    if (error !== undefined) throw syntaxError(text, error.pos[0], error.message);
  }
  if (list.length === 0) {
    const empty = emptyNode();
    attachTrivia(text, [{ root: empty, entries: [], pieces: [], flows: [], starts: [] }]);
    return [place(empty, 0, options)];
  }
  const builds = list.map((document) => new Builder(text, document).build());
  attachTrivia(text, builds);
  return builds.map(({ root }, i) => place(root, i, options));
}

/** Whether a line is where directives are: at the start, after comments, other directives and the end of a document. */
function isBeforeDocument(text: string, at: number): boolean {
  return /(?:^|(?:^|\n)\.\.\.\s*\n)(?:(?:#[^\n]*|%[^\n]*|[ \t]*)\n)*$/.test(text.slice(0, at));
}

function parsed(text: string): readonly Document.Parsed<ParsedNode>[] {
  try {
    const documents = parseAllDocuments<ParsedNode>(text, {
      schema: "failsafe",
      keepSourceTokens: true,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "silent",
    });
    return Array.isArray(documents) ? documents : [];
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep();
    throw error;
  }
}

/** A text as one YAML value, for `env`, `from_yaml` and the like. */
export function parseSnippet(source: string): YqNode {
  if (source === "") return nothing();
  const [first] = readYaml(source);
  return first ?? nothing();
}

function syntaxError(text: string, offset: number, message: string): UserError {
  // the parser recurses, and reports its own overflow as an error of the text
  if (message.includes("call stack")) return tooDeep();
  const line = text.slice(0, offset).split("\n").length;
  return new UserError(`yaml: line ${line}: ${message.split("\n")[0]}`);
}

function tooDeep(): UserError {
  return new UserError("yaml: the document is nested too deeply");
}

function emptyNode(): YqNode {
  return new YqNode("scalar", "!!null", "");
}

function place(root: YqNode, document: number, options: ReadOptions): YqNode {
  const { filename = "", file = 0, together = false } = options;
  return placeDocument(root, { document, file, filename, together });
}

const maxDepth = 2_000;

/** Turns one parsed document into nodes, noting where each was written. */
class Builder {
  private readonly anchors = new Map<string, YqNode>();
  private readonly entries: Entry[] = [];
  private readonly pieces: Piece[] = [];
  private readonly starts: { readonly node: YqNode; readonly offset: number }[] = [];
  private readonly flows: { readonly start: number; readonly end: number }[] = [];
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly document: Document.Parsed<ParsedNode>,
  ) {}

  build(): SourceMap {
    const { contents } = this.document;
    const root = contents === null ? emptyNode() : this.node(contents, undefined);
    return { root, entries: this.entries, pieces: this.pieces, flows: this.flows, starts: this.starts };
  }

  private node(parsed: unknown, parent: Entry | undefined): YqNode {
    if (++this.depth > maxDepth) throw tooDeep();
    const result = this.kind(parsed, parent);
    const range = (parsed as { range?: readonly number[] | null } | null)?.range;
    if (result.kind !== "scalar" && range !== null && range !== undefined)
      this.starts.push({ node: result, offset: range[0]! });
    this.depth--;
    return result;
  }

  private kind(parsed: unknown, parent: Entry | undefined): YqNode {
    if (isAlias(parsed)) {
      const node = new YqNode("alias", "", parsed.source);
      node.aliasTarget = this.anchors.get(parsed.source);
      if (node.aliasTarget === undefined)
        throw syntaxError(this.text, parsed.range?.[0] ?? 0, `unknown anchor '${parsed.source}' referenced`);
      this.located(node, parsed.range);
      return node;
    }
    if (isMap(parsed)) return this.map(parsed, parent);
    if (isSeq(parsed)) return this.seq(parsed, parent);
    if (parsed instanceof Scalar) return this.scalar(parsed);
    return emptyNode();
  }

  private located(node: YqNode, range: readonly number[] | null | undefined): void {
    if (range === null || range === undefined) return;
    this.pieces.push({ start: range[0]!, end: range[1]!, node });
  }

  private named(node: YqNode, anchor: string | undefined, tag: string | undefined): void {
    if (anchor !== undefined) {
      node.anchor = anchor;
      this.anchors.set(anchor, node);
    }
    if (tag === undefined || tag === "!") return;
    node.tag = tag.startsWith("tag:yaml.org,2002:") ? `!!${tag.slice(18)}` : tag.startsWith("!") ? tag : `!<${tag}>`;
    node.tagged = node.tag.startsWith("!!");
  }

  private scalar(parsed: Scalar): YqNode {
    // the merge key's value is a symbol
    const value = typeof parsed.value === "string" ? parsed.value : (parsed.source ?? "");
    const style = styles[parsed.type ?? "PLAIN"] ?? "";
    const node = new YqNode("scalar", style === "" ? resolveTag(value) : "!!str", value);
    node.style = style;
    this.named(node, parsed.anchor, parsed.tag);
    const { range } = parsed;
    if (range !== null && range !== undefined) {
      const written = this.text.slice(range[0], range[1]);
      if (style === "folded") node.raw = { text: foldedLines(written, value), value, style };
      else if ((style === "double" || style === "single") && !written.includes("\n"))
        node.raw = { text: written, value, style };
      const header = style === "folded" || style === "literal" ? /^[^\n]*?[ \t](#[^\n]*)/.exec(written) : null;
      if (header !== null) node.line = header[1]!.trimEnd();
      if (written !== "") this.located(node, [range[0], contentEnd(this.text, range[0], range[1], style)]);
    }
    return node;
  }

  private map(parsed: YAMLMap, parent: Entry | undefined): YqNode {
    const node = new YqNode("map", "!!map");
    if (parsed.flow) node.style = "flow";
    this.named(node, parsed.anchor, parsed.tag);
    const content: YqNode[] = [];
    for (const pair of parsed.items as readonly Pair<unknown, unknown>[]) {
      const entry = parsed.flow ? undefined : this.entry(pairStart(pair), parent);
      const key = this.node(pair.key, entry ?? parent);
      if (entry !== undefined) entry.node = key;
      content.push(key, this.node(pair.value, entry ?? parent));
    }
    setContent(node, content);
    if (parsed.flow) this.closed(node, parsed.range);
    return node;
  }

  private seq(parsed: YAMLSeq, parent: Entry | undefined): YqNode {
    const node = new YqNode("seq", "!!seq");
    if (parsed.flow) node.style = "flow";
    this.named(node, parsed.anchor, parsed.tag);
    const dashes = parsed.flow ? [] : dashOffsets(parsed.srcToken);
    const content = (parsed.items as readonly unknown[]).map((item, i) => {
      const entry = parsed.flow ? undefined : this.entry(dashes[i], parent);
      const child = this.node(item, entry ?? parent);
      if (entry !== undefined) entry.node = child;
      return child;
    });
    setContent(node, content);
    if (parsed.flow) this.closed(node, parsed.range);
    return node;
  }

  /** A flow collection ends with its bracket: a comment after that is the collection's. */
  private closed(node: YqNode, range: readonly number[] | null | undefined): void {
    if (range === null || range === undefined) return;
    this.pieces.push({ start: range[1]! - 1, end: range[1]!, node });
    this.flows.push({ start: range[0]!, end: range[1]! });
  }

  private entry(offset: number | undefined, parent: Entry | undefined): Entry | undefined {
    if (offset === undefined) return undefined;
    const entry: Entry = { offset, parent, node: undefined };
    this.entries.push(entry);
    return entry;
  }
}

const styles: Readonly<Record<string, NodeStyle>> = {
  PLAIN: "",
  QUOTE_DOUBLE: "double",
  QUOTE_SINGLE: "single",
  BLOCK_LITERAL: "literal",
  BLOCK_FOLDED: "folded",
};

interface CstItem {
  readonly start?: readonly { readonly type: string; readonly offset: number }[];
}

function firstOf(item: unknown, accept: (type: string) => boolean): number | undefined {
  return (item as CstItem | undefined)?.start?.find((token) => accept(token.type))?.offset;
}

function pairStart(pair: Pair<unknown, unknown>): number | undefined {
  const isContent = (type: string): boolean => type !== "space" && type !== "comment" && type !== "newline";
  const { srcToken } = pair as { srcToken?: unknown };
  const key = pair.key as { range?: readonly number[] } | null;
  return firstOf(srcToken, isContent) ?? key?.range?.[0];
}

function dashOffsets(token: unknown): readonly number[] {
  const items = (token as { items?: readonly unknown[] } | undefined)?.items ?? [];
  return items.map((item) => firstOf(item, (type) => type === "seq-item-ind")).filter((offset) => offset !== undefined);
}

/** Where a scalar's own text ends: a block scalar's trailing blank lines are no part of it unless it keeps them. */
function contentEnd(text: string, start: number, end: number, style: NodeStyle): number {
  if (style !== "literal" && style !== "folded") return end;
  const written = text.slice(start, end);
  const keeps = /^[|>][0-9]*\+/.test(written);
  return start + (keeps ? written.replace(/\n$/, "") : written.trimEnd()).length;
}

/** The lines of a folded scalar as they are written, without their indentation. */
function foldedLines(written: string, value: string): string {
  const [, ...lines] = written.split("\n");
  const leadingOf = (texts: readonly string[]): number => {
    const first = texts.find((line) => line.trim() !== "") ?? "";
    return first.length - first.trimStart().length;
  };
  // The first line may start with spaces of its own, which the value has too.
  const indent = leadingOf(lines) - leadingOf(value.split("\n"));
  return lines.map((line) => line.slice(indent)).join("\n");
}
