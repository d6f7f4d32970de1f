import { append, appendPair, copy, dereference, isNull, lookup, pairs, setContent, type YqNode } from "../node.ts";
import { multiplyScalars } from "./arithmetic.ts";
import { updateFrom } from "./assign-values.ts";

/** Which letters follow the `*` of a merge. */
interface MergeFlags {
  /** `+`: sequences are appended. */
  readonly append: boolean;
  /** `d`: sequences are merged item by item. */
  readonly deep: boolean;
  /** `?`: only keys that are there. */
  readonly onlyExisting: boolean;
  /** `n`: only what is missing or null. */
  readonly onlyNew: boolean;
  /** `c`: custom tags are overwritten. */
  readonly clobber: boolean;
}

/** `left * right`: the product of scalars, the deep merge of maps and of sequences. */
export function multiply(leftGiven: YqNode, rightGiven: YqNode, letters: string): YqNode {
  const left = dereference(leftGiven);
  const right = dereference(rightGiven);
  if (isNull(right)) return copy(left);
  const collections = right.kind === "map" || right.kind === "seq";
  if (!collections || (left.kind !== right.kind && !isNull(left))) {
    return multiplyScalars(left, right);
  }
  const flags: MergeFlags = {
    append: letters.includes("+"),
    deep: letters.includes("d"),
    onlyExisting: letters.includes("?"),
    onlyNew: letters.includes("n"),
    clobber: letters.includes("c"),
  };
  const result = copy(left);
  mergeInto(result, right, flags);
  return result;
}

function mergeInto(left: YqNode, right: YqNode, flags: MergeFlags): void {
  if (right.kind === "map") {
    mergeMap(left, right, flags);
    return;
  }
  const { content } = left;
  const isArray = right.kind === "seq" && left.kind === "seq";
  const appends = isArray && flags.append && !flags.onlyNew;
  if (appends) {
    if (content.length === 0) left.style = "";
    setContent(left, [...content, ...right.content.map(copy)]);
  }
  if (isArray && flags.deep) {
    right.content.forEach((item, i) => {
      const there = left.content[i];
      if (there !== undefined) mergeInto(there, item, flags);
      else if (!flags.onlyExisting) append(left, copy(item));
    });
  } else if (!appends && (!flags.onlyNew || isNull(left))) {
    updateFrom(left, right, { clobberTags: flags.clobber, keepAnchor: false });
  }
}

function mergeMap(left: YqNode, right: YqNode, flags: MergeFlags): void {
  if (left.kind !== "map") {
    if (flags.onlyNew && !isNull(left)) return;
    updateFrom(left, right, { clobberTags: flags.clobber, keepAnchor: false });
    blockMaps(left, flags.deep);
    return;
  }
  if (left.style === "") left.style = right.style;
  if (flags.clobber) {
    left.tag = right.tag;
    left.tagged = right.tagged;
  }
  adoptComments(left, right);
  for (const [key, value] of pairs(right)) {
    const there = key.kind === "scalar" ? lookup(left, key.value) : undefined;
    if (there !== undefined) {
      if (typeof there.key === "object") adoptComments(there.key, key);
      mergeInto(there, value, flags);
    } else if (!flags.onlyExisting) {
      if (left.content.length === 0) left.style = "";
      appendPair(left, copy(key), blockMaps(copy(value), flags.deep));
    }
  }
}

/** The maps that a merge brings in are written as blocks, as deep as it looks; sequences only where it looks into them too. */
export function blockMaps(node: YqNode, sequencesToo = false): YqNode {
  if (node.kind !== "map" && !(sequencesToo && node.kind === "seq")) return node;
  if (node.content.length > 0) node.style = "";
  for (const child of node.content) blockMaps(child, sequencesToo);
  return node;
}

const isComment = (line: string): boolean => line !== "";

/** Comments of the merged-in node replace those of the other where it has any. */
function adoptComments(left: YqNode, right: YqNode): void {
  if (right.head.some(isComment)) left.head = right.head;
  if (right.foot.some(isComment)) left.foot = right.foot;
  if (right.line !== "") left.line = right.line;
}
