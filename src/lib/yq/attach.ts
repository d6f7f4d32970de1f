import { UserError } from "../errors.ts";
import { append, appendPair, copy, isNull, lookup, nothing, scalar, setContent, type YqNode } from "./node.ts";

/** A node for a place that does not exist yet: null until something is assigned to it. */
export function missing(parent: YqNode, key: YqNode | number): YqNode {
  const node = nothing();
  node.parent = parent;
  node.key = key;
  node.origin = parent.origin.together ? { ...parent.origin, together: false } : parent.origin;
  node.isMissing = true;
  return node;
}

/** What is now at the place of a node: the node itself, or another that was put there since it was looked up. */
export function current(node: YqNode): YqNode {
  const { parent, key } = node;
  if (parent === undefined || key === undefined || !node.isMissing) return node;
  const holder = current(parent);
  const found = typeof key === "number" ? holder.content[key] : lookup(holder, key.value);
  return found ?? node;
}

/** Puts a missing node (and its missing parents) into the document and returns what stands there then. */
export function attach(node: YqNode): YqNode {
  const { parent, key } = node;
  if (parent === undefined || key === undefined || !node.isMissing) return node;
  const there = current(node);
  if (there !== node) return there;
  const holder = attach(parent);
  become(holder, typeof key === "number" ? "seq" : "map");
  if (holder.content.length === 0 && holder.style === "flow") holder.style = "";
  if (holder.kind === "seq" && typeof key === "number") {
    while (holder.content.length < key) append(holder, nothing());
    append(holder, node);
  } else if (holder.kind === "map") {
    appendPair(holder, typeof key === "number" ? scalar("!!int", String(key)) : freshKey(key), node);
  } else throw new UserError(`cannot set a key of a ${holder.kind}`);
  node.isMissing = false;
  return node;
}

function freshKey(key: YqNode): YqNode {
  const result = copy(key);
  result.head = [];
  result.foot = [];
  result.line = "";
  return result;
}

/** Turns a null into an empty collection; anything else stays as it is. */
export function become(node: YqNode, kind: "map" | "seq"): void {
  if (!isNull(node)) return;
  node.kind = kind;
  node.tag = `!!${kind}`;
  node.tagged = false;
  node.value = "";
  node.style = "";
}

/** Where a node is in its parent's content; of one that is made of a part of a document (a slice), where that part is. */
function positionOf(node: YqNode, parent: YqNode): number {
  const at = parent.content.indexOf(node);
  if (at >= 0 || node.isMissing || node.key === undefined) return at;
  if (typeof node.key === "number") return parent.kind === "seq" && node.key < parent.content.length ? node.key : -1;
  const name = node.key.value;
  return parent.kind === "map" ? parent.content.findIndex((key, i) => i % 2 === 0 && key.value === name) : -1;
}

/** Takes a node out of its parent, with its key. */
export function remove(node: YqNode): void {
  const { parent } = node;
  if (parent === undefined) return;
  const at = positionOf(node, parent);
  if (at < 0) return;
  const isMap = parent.kind === "map";
  const first = isMap ? at - (at % 2) : at;
  const content = [...parent.content];
  content.splice(first, isMap ? 2 : 1);
  setContent(parent, content);
  // What comes first now needs no blank line before it.
  const next = content[0];
  if (first > 0 || next === undefined) return;
  const comment = next.head.findIndex((line) => line !== "");
  next.head = comment < 0 ? [] : next.head.slice(comment);
}
