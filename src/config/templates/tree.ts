import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  visit,
  YAMLMap,
  type YAMLSeq,
} from "yaml";
import { parseYaml, yamlError } from "../yaml-document.ts";

/** Most nodes that replacing the aliases of a template may make. */
const maxExpanded = 100_000;
/** Marks comments that stand behind a value, which are printed two spaces after it. */
const lineMark = "\u0001";

/** Marks the first line of a comment before a value that stands behind the value's key, on the key's line. */
const keyLineMark = "\u0002";

/** The comment behind a key whose value starts in a later line. */
function keyLineOf({ srcToken }: Pair): string | undefined {
  for (const token of srcToken?.sep ?? []) {
    if (token.type === "newline") return undefined;
    if (token.type === "comment") return token.source.slice(1);
  }
  return undefined;
}

/** Takes the comment on the key's line from the comment before a value. */
export function takeKeyLine(value: Node): string | undefined {
  if (!value.commentBefore?.startsWith(keyLineMark)) return undefined;
  const [first = "", ...rest] = value.commentBefore.split("\n");
  value.commentBefore = rest.length === 0 ? null : rest.join("\n");
  return first.slice(keyLineMark.length);
}

/** Puts a comment on the line of a value's key. */
export function putKeyLine(value: Node, line: string | undefined): void {
  if (line === undefined) return;
  const after = value.commentBefore ? `\n${value.commentBefore}` : "";
  value.commentBefore = `${keyLineMark}${line}${after}`;
}

/** The tree of a template's text, with comments; scalars are the texts that were written. */
export function parseTree(text: string, what: string): Document {
  const { document } = parseYaml(text, what, { verbatim: true });
  visit(document, {
    Pair(_key, pair) {
      const line = keyLineOf(pair);
      const { value } = pair;
      if (line === undefined || !isNode(value) || isAlias(value)) return;
      const [first = "", ...rest] = value.commentBefore?.split("\n") ?? [];
      if (first.trimEnd() !== line.trimEnd()) return;
      value.commentBefore = rest.length === 0 ? null : rest.join("\n");
      putKeyLine(value, line);
    },
  });
  return document;
}

/** The root mapping; an empty document gets one. @throws UserError for a document that is no mapping */
export function rootOf(document: Document, what: string): YAMLMap {
  const contents = document.contents as Node | null;
  if (contents === null || (isScalar(contents) && isNull(contents))) {
    const map = new YAMLMap();
    document.contents = map;
    return map;
  }
  if (!isMap(contents)) throw yamlError(what, "the document must be a mapping");
  return contents;
}

/** The scalar that a tree of blocks ends with. */
function lastScalar(node: unknown): Scalar | undefined {
  if (isScalar(node)) return node;
  if (isMap(node)) return lastScalar(node.items.at(-1)?.value);
  return isSeq(node) ? lastScalar(node.items.at(-1)) : undefined;
}

/** The text of a tree: two spaces a level, lists not indented below their key, comments and blank lines kept. */
export function printTree(document: Document): string {
  const mark = (node: Scalar | YAMLMap | YAMLSeq): void => {
    if (node.comment && !node.comment.includes("\n")) node.comment = lineMark + node.comment;
  };
  visit(document, {
    Scalar(key, node) {
      // Before the `:` a comment would swallow the rest of the line.
      if (key !== "key") mark(node);
    },
    Collection(_key, node) {
      // One that lost its last entry: as a block it would print brackets at the start of a line, which is no YAML.
      if (node.items.length === 0) node.flow = true;
      // The comment of a block collection stands on lines of its own, below it.
      if (node.flow === true) mark(node);
    },
  });
  // The text of a tree ends with one line break; a value that ends with more has to say so in quotes.
  const last = lastScalar(document.contents);
  if (last?.type === "BLOCK_LITERAL" && /(?:^|\n)\n$/.test(String(last.value))) last.type = "QUOTE_DOUBLE";
  const text = document.toString({ indentSeq: false, lineWidth: 0, flowCollectionPadding: false });
  const onKeyLines = text.replace(new RegExp(`\\n *#${keyLineMark}`, "g"), "  #").replaceAll(keyLineMark, "");
  // Spaces at the end may be those of a text.
  return `${onKeyLines.replaceAll(` #${lineMark}`, "  #").replaceAll(lineMark, "").replace(/\n+$/, "")}\n`;
}

/** True for null in any spelling, and for a value that is missing. */
export function isNull(node: unknown): boolean {
  if (node === null || node === undefined) return true;
  if (!isScalar(node)) return false;
  return (
    node.value === null || (node.type === "PLAIN" && ["", "~", "null", "Null", "NULL"].includes(String(node.value)))
  );
}

/** The text of a scalar that is not null, or undefined. */
export function textOf(node: unknown): string | undefined {
  return isScalar(node) && !isNull(node) ? String(node.value) : undefined;
}

/** The pair of a mapping with this key. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** The value at `key`; undefined when missing or null. */
export function valueAt(map: unknown, key: string): Node | undefined {
  if (!isMap(map)) return undefined;
  const value = pairOf(map, key)?.value;
  return isNull(value) ? undefined : (value as Node);
}

/** Sets `key` at the end of the mapping, or in its place when it is there already. */
export function setValue(map: YAMLMap, key: string, value: Node): void {
  const pair = pairOf(map, key);
  if (pair === undefined) map.add({ key: new Scalar(key), value });
  else pair.value = value;
}

export function removeKey(map: YAMLMap, key: string): void {
  map.items = map.items.filter((pair) => !(isScalar(pair.key) && pair.key.value === key));
}

/**
 * Replaces every alias by a copy of what it stands for and drops the anchors, so that parts of the tree can go elsewhere.
 * @throws UserError when that would make the tree grow without bound
 */
export function withoutAliases(document: Document, what: string): void {
  const anchors = new Map<string, Node>();
  let made = 0;
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target === undefined) return undefined;
        const copy = target.clone() as Node;
        visit(copy, () => {
          made += 1;
          if (made > maxExpanded) throw yamlError(what, `aliases stand for more than ${maxExpanded} values`);
        });
        return copy;
      }
      if (isNode(node) && (isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) {
        anchors.set(node.anchor, node);
        delete node.anchor;
      }
      return undefined;
    },
  });
}
