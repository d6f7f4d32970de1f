/** What a node is; an alias stands for another node by its anchor. */
export type NodeKind = "map" | "seq" | "scalar" | "alias";

/** How a node is written; "" is the plain block form. */
export type NodeStyle = "" | "double" | "single" | "literal" | "folded" | "flow";

/** Where in its input a node was written; lines and columns count from 1, 0 means made by an expression. */
export interface SourcePlace {
  readonly line: number;
  readonly column: number;
}

/** The document a tree was read from. */
export interface DocumentOrigin {
  /** Number of the document in its file, from 0. */
  readonly document: number;
  /** Number of the file on the command line, from 0. */
  readonly file: number;
  readonly filename: string;
  /** Of a whole document: whether all documents are evaluated as one context (`eval-all`). Parts of one are not. */
  readonly together: boolean;
}

/** Of nodes made by an expression, until they are placed. */
export const noOrigin: DocumentOrigin = { document: 0, file: 0, filename: "", together: false };

/**
 * One node of a document while it is evaluated and edited. Unlike the values of other rooms it is mutable: assignments change
 * it in place, and everything that refers to it sees the change.
 *
 * A node that a path names but that does not exist is *missing*: it has a parent and a key, but the parent does not hold it
 * until `attach` puts it there.
 */
export class YqNode {
  kind: NodeKind;
  /** Short form: `!!str`, `!!int`, `!custom`. */
  tag: string;
  /** A scalar's text; an alias's anchor name. */
  value: string;
  style: NodeStyle = "";
  /** Whether the tag is written out. */
  tagged = false;
  anchor = "";
  aliasTarget: YqNode | undefined;
  /** Items of a sequence; of a map, keys and values in turn. Change it only through `setContent` and its kin. */
  content: YqNode[] = [];
  /** Comment lines (with `#`) and blank lines ("") before the node. */
  head: string[] = [];
  /** The comment at the end of the node's line, with `#`; "" when there is none. */
  line = "";
  /** Comment lines and blank lines after the node. */
  foot: string[] = [];
  /** Of a first document: the lines up to and including its `---`. */
  preamble: readonly string[] = [];
  parent: YqNode | undefined;
  /** The key node (in a map) or the index (in a sequence). */
  key: YqNode | number | undefined;
  isKey = false;
  isMissing = false;
  place: SourcePlace = { line: 0, column: 0 };
  origin: DocumentOrigin = noOrigin;
  /** The source text of a scalar with the value and style it stands for: reused as long as both are unchanged. */
  raw: { readonly text: string; readonly value: string; readonly style: NodeStyle } | undefined;

  constructor(kind: NodeKind, tag: string, value = "") {
    this.kind = kind;
    this.tag = tag;
    this.value = value;
  }
}

export function scalar(tag: string, value: string): YqNode {
  return new YqNode("scalar", tag, value);
}

export function text(value: string): YqNode {
  return scalar("!!str", value);
}

export function bool(value: boolean): YqNode {
  return scalar("!!bool", String(value));
}

export function int(value: number | bigint): YqNode {
  return scalar("!!int", String(value));
}

export function nothing(): YqNode {
  return scalar("!!null", "null");
}

/** A new sequence of copies of the given nodes. */
export function sequence(items: readonly YqNode[]): YqNode {
  const node = new YqNode("seq", "!!seq");
  setContent(
    node,
    items.map((item) => copy(item)),
  );
  return node;
}

/** A new map of copies of the given keys and values. */
export function mapping(pairs: readonly (readonly [YqNode, YqNode])[]): YqNode {
  const node = new YqNode("map", "!!map");
  setContent(
    node,
    pairs.flatMap(([key, value]) => [copy(key), copy(value)]),
  );
  return node;
}

/** Gives a collection its content, in place; the nodes belong to it from now on. */
export function setContent(node: YqNode, content: readonly YqNode[]): void {
  node.content = [...content];
  for (let i = 0; i < content.length; i++) adopt(node, i);
}

function adopt(node: YqNode, i: number): void {
  const child = node.content[i]!;
  child.parent = node;
  if (node.kind !== "map") {
    child.key = i;
    child.isKey = false;
  } else if (i % 2 === 0) {
    child.key = child;
    child.isKey = true;
  } else {
    child.key = node.content[i - 1]!;
    child.isKey = false;
  }
}

/** Appends an item to a sequence. */
export function append(node: YqNode, item: YqNode): void {
  node.content.push(item);
  adopt(node, node.content.length - 1);
}

/** Appends an entry to a map. */
export function appendPair(node: YqNode, key: YqNode, value: YqNode): void {
  node.content.push(key, value);
  adopt(node, node.content.length - 2);
  adopt(node, node.content.length - 1);
}

/** A deep copy that keeps styles, comments and where it came from; aliases inside still point to the original anchors. */
export function copy(node: YqNode): YqNode {
  const result = new YqNode(node.kind, node.tag, node.value);
  result.style = node.style;
  result.tagged = node.tagged;
  result.anchor = node.anchor;
  result.aliasTarget = node.aliasTarget;
  result.head = node.head;
  result.line = node.line;
  result.foot = node.foot;
  result.preamble = node.preamble;
  result.place = node.place;
  result.origin = node.origin;
  result.raw = node.raw;
  result.parent = node.parent;
  result.key = node.key;
  result.isKey = node.isKey;
  if (node.content.length > 0)
    setContent(
      result,
      node.content.map((child) => copy(child)),
    );
  return result;
}

/** Says of a document and all its parts where they are from. */
export function placeDocument(root: YqNode, origin: DocumentOrigin): YqNode {
  const inner = { ...origin, together: false };
  const visit = (node: YqNode): void => {
    node.origin = inner;
    for (const child of node.content) visit(child);
  };
  visit(root);
  root.origin = origin;
  return root;
}

/**
 * Says of a node that is made of a part of a document where it is: where that part is, though it does not stand there itself.
 * What is made of a whole document is at no place, and of no document.
 */
export function placeAt(result: YqNode, source: YqNode): void {
  if (result.parent !== undefined || source.parent === undefined) return;
  for (let at: YqNode | undefined = source; at !== undefined; at = at.parent) if (at === result) return;
  result.parent = source.parent;
  result.key = source.key;
  result.origin = source.origin;
}

/** The node an alias stands for, or the node itself. */
export function dereference(node: YqNode): YqNode {
  let current = node;
  for (let hops = 0; current.kind === "alias" && current.aliasTarget !== undefined; hops++) {
    if (hops > 100) throw new Error("alias loop");
    current = current.aliasTarget;
  }
  return current;
}

/** The entries of a map. */
export function* pairs(node: YqNode): Generator<readonly [YqNode, YqNode]> {
  for (let i = 0; i + 1 < node.content.length; i += 2) yield [node.content[i]!, node.content[i + 1]!];
}

/** A map's value for a key text, or undefined. */
export function lookup(node: YqNode, key: string): YqNode | undefined {
  for (const [name, value] of pairs(node)) if (name.value === key && name.kind === "scalar") return value;
  return undefined;
}

/** Keys and indexes from the root to the node. */
export function pathOf(node: YqNode): readonly (YqNode | number)[] {
  const path: (YqNode | number)[] = [];
  for (let at: YqNode | undefined = node; at?.parent !== undefined; at = at.parent)
    if (at.key !== undefined) path.unshift(at.key);
  return path;
}

export function isNull(node: YqNode): boolean {
  return node.kind === "scalar" && node.tag === "!!null";
}

/** Whether a value counts as true: everything but null and false, and of what a tag makes a boolean only the words for true. */
export function isTrue(node: YqNode | undefined): boolean {
  if (node === undefined) return false;
  const at = dereference(node);
  if (isNull(at)) return false;
  return at.kind !== "scalar" || at.tag !== "!!bool" || /^(?:y|yes|on|true)$/i.test(at.value);
}
