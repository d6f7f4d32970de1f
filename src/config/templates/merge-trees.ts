import { type Document, isMap, isNode, isScalar, isSeq, type Node, type Pair, type YAMLMap, YAMLSeq } from "yaml";
import { compareLimaVersions, parseLimaVersion } from "../lima-version.ts";
import { compareSemver, parseSemver } from "../semver.ts";
import { isNull, putKeyLine, takeKeyLine, textOf } from "./tree.ts";

/** Lists of a base that come before the template's own: what is built upon runs first. */
const baseFirst: ReadonlySet<string> = new Set(["base", "provision", "probes"]);

function isNewerLimaVersion(text: string, than: string): boolean {
  try {
    parseLimaVersion(text);
    parseLimaVersion(than);
  } catch {
    return false;
  }
  return compareLimaVersions(than, text) < 0;
}

function isNewerSemver(text: string, than: string): boolean {
  const [one, other] = [parseSemver(text), parseSemver(than)];
  return one !== undefined && other !== undefined && compareSemver(one, other) > 0;
}

/** Versions of which the higher one holds. */
const higherWins: Readonly<Record<string, (text: string, than: string) => boolean>> = {
  minimumLimaVersion: isNewerLimaVersion,
  "vmOpts.qemu.minimumVersion": isNewerSemver,
};

type Commented = Pick<Node, "comment" | "commentBefore" | "spaceBefore">;

/** Gives `to` the comments of `from` where it has none of its own. */
export function inheritComments(to: Commented, from: Commented): void {
  if (!to.commentBefore && from.commentBefore) {
    to.commentBefore = from.commentBefore;
    if (from.spaceBefore) to.spaceBefore = true;
  }
  if (!to.comment && from.comment) to.comment = from.comment;
}

/** A comment above the first item stands at the list; here it is the item's, which may get another before it. */
function settleListHead(list: YAMLSeq): void {
  const first = list.items[0];
  if (!isNode(first) || !list.commentBefore) return;
  first.commentBefore = joinComments(list.commentBefore, first.commentBefore);
  list.commentBefore = null;
}

/** Takes the comment on the line of a list's key: behind the key, or behind the brackets. */
function takeLine(list: YAMLSeq): string | undefined {
  if (list.flow !== true) return takeKeyLine(list);
  const line = list.comment ?? undefined;
  list.comment = null;
  return line;
}

function mergeLists(path: string, list: YAMLSeq, base: YAMLSeq): void {
  if (path === "dns" && list.items.length > 0) return;
  const [own, other] = [takeLine(list), takeLine(base)];
  if (list.items.length === 0 && base.items.length > 0) list.flow = base.flow ?? false;
  settleListHead(list);
  settleListHead(base);
  list.comment = joinComments(list.comment, base.comment);
  const line = own ?? other;
  if (list.flow === true) list.comment ??= line ?? null;
  else putKeyLine(list, line);
  const joined = baseFirst.has(path) ? [...base.items, ...list.items] : [...list.items, ...base.items];
  if (path !== "mountTypesUnsupported") {
    list.items = joined;
    return;
  }
  const seen = new Set<string>();
  list.items = joined.filter((item) => {
    const text = textOf(item) ?? "";
    return seen.has(text) ? false : seen.add(text) !== undefined;
  });
}

/** A comment above the first key stands at the mapping; here it is the key's. */
function settleMapHead(map: YAMLMap): void {
  const first = map.items[0]?.key;
  if (!isScalar(first) || !map.commentBefore) return;
  first.commentBefore = joinComments(map.commentBefore, first.commentBefore);
  map.commentBefore = null;
}

/** Puts the comment above another key in the place of a key's own; a file's heading above it stays. */
function replaceHead(key: Node, other: Node): void {
  const own = key.commentBefore ?? "";
  const heading = own.slice(0, own.length - lastParagraph(own).length).trimEnd();
  key.commentBefore = joinComments(heading, other.commentBefore);
}

/** `base` of one locator as a list, which another one can be joined to. */
function asList(node: unknown): unknown {
  if (!isMap(node) && textOf(node) === undefined) return node;
  const list = new YAMLSeq();
  list.items = [node];
  return list;
}

function mergePair(path: string, pair: Pair, basePair: Pair): void {
  if (path === "base") {
    pair.value = asList(pair.value);
    basePair.value = asList(basePair.value);
  }
  const value = pair.value;
  const base = basePair.value;
  if (isScalar(pair.key) && isScalar(basePair.key)) inheritComments(pair.key, basePair.key);
  if (isMap(value) && isMap(base)) {
    if (value.items.length === 0) value.flow = base.flow ?? false;
    const [own, other] = [takeKeyLine(value), takeKeyLine(base)];
    settleMapHead(value);
    settleMapHead(base);
    putKeyLine(value, own ?? other);
    mergeMaps(`${path}.`, value, base);
  } else if (isSeq(value) && isSeq(base)) mergeLists(path, value, base);
  else if (isScalar(value) && isScalar(base)) {
    const newer = higherWins[path];
    if (newer !== undefined && !isNull(value) && !isNull(base) && newer(String(base.value), String(value))) {
      pair.value = base;
      if (isScalar(pair.key) && isScalar(basePair.key)) replaceHead(pair.key, basePair.key);
    } else inheritComments(value, base);
  }
}

function mergeMaps(prefix: string, map: YAMLMap, base: YAMLMap): void {
  const pairs = new Map(
    map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [])),
  );
  for (const basePair of base.items) {
    if (!isScalar(basePair.key)) continue;
    const key = String(basePair.key.value);
    const pair = pairs.get(key);
    if (pair === undefined) map.items.push(basePair);
    else mergePair(`${prefix}${key}`, pair, basePair);
  }
}

/** The last paragraph of a comment; those before it are set off by an empty line. */
function lastParagraph(comment: string): string {
  return comment.split(/\n ?\n/).at(-1) ?? "";
}

/** What stands above a base's first key is the heading of its file, but for the paragraph just above the key. */
function dropHeading(document: Document, map: YAMLMap): void {
  const first = map.items[0]?.key;
  document.commentBefore = null;
  if (!isScalar(first)) return;
  const own = first.commentBefore ?? map.commentBefore;
  map.commentBefore = null;
  first.commentBefore = own ? lastParagraph(own) : null;
}

function joinComments(...texts: readonly (string | null | undefined)[]): string | null {
  const given = texts.filter((text) => !!text);
  return given.length === 0 ? null : given.join("\n\n");
}

/** Removes a key. The comment above a first key is the file's heading as well, and stays. */
export function removeKeyWithComment(map: YAMLMap, key: string): void {
  const index = map.items.findIndex((pair) => isScalar(pair.key) && pair.key.value === key);
  const removed = map.items[index]?.key;
  const next = map.items[index + 1]?.key;
  map.items = map.items.filter((_, at) => at !== index);
  if (index !== 0 || !isScalar(removed)) return;
  if (!isScalar(next)) {
    map.commentBefore = removed.commentBefore ?? null;
    return;
  }
  if (removed.commentBefore) next.commentBefore = joinLines(removed.commentBefore, next);
  next.spaceBefore = removed.spaceBefore ?? false;
}

/** A comment with that of a key below it. An empty line between the two stays one. */
function joinLines(
  comment: string,
  { commentBefore, spaceBefore }: Pick<Node, "commentBefore" | "spaceBefore">,
): string {
  if (!commentBefore) return comment;
  return `${comment}\n${spaceBefore === true ? "\n" : ""}${commentBefore}`;
}

/**
 * Merges a base into a template: what the template says stays, missing keys come from the base with their comments, lists
 * are joined. An explicit null of the template keeps the base's value out. Both trees may be changed.
 */
export function mergeTrees(document: Document, map: YAMLMap, baseDocument: Document, base: YAMLMap): void {
  if (base.items.length === 0) {
    const left = joinComments(baseDocument.commentBefore, base.commentBefore, base.comment, baseDocument.comment);
    document.comment = joinComments(document.comment, left);
    return;
  }
  dropHeading(baseDocument, base);
  const wasEmpty = map.items.length === 0;
  mergeMaps("", map, base);
  if (wasEmpty) map.flow = base.flow ?? false;
  document.comment = joinComments(document.comment, baseDocument.comment, base.comment);
}
