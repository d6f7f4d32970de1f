import { UserError } from "../errors.ts";
import { copy, dereference, pairs, setContent, type YqNode } from "./node.ts";

/** How many nodes may still be made. */
export interface Budget {
  left: number;
}

export function newBudget(): Budget {
  return { left: 300_000 };
}

/** Replaces aliases by copies of what they stand for, merges `<<` maps and drops anchors, in place. */
export function explode(node: YqNode, budget: Budget): void {
  if (--budget.left < 0) throw new UserError("the document has too many aliases to expand");
  node.anchor = "";
  if (node.kind === "alias") {
    const target = dereference(node);
    if (target.kind === "alias") return;
    const value = copy(target);
    node.kind = value.kind;
    node.tag = value.tag;
    node.tagged = value.tagged;
    node.value = value.value;
    node.style = value.style;
    node.raw = value.raw;
    node.aliasTarget = undefined;
    setContent(node, value.content);
    node.anchor = "";
  }
  if (node.kind === "map") explodeMap(node, budget);
  else for (const child of node.content) explode(child, budget);
}

function explodeMap(map: YqNode, budget: Budget): void {
  if (!map.content.some((key, i) => i % 2 === 0 && key.tag === "!!merge")) {
    for (const child of map.content) explode(child, budget);
    return;
  }
  const content: YqNode[] = [];
  const put = (key: YqNode, value: YqNode): void => {
    const at = content.findIndex((other, i) => i % 2 === 0 && other.value === key.value && key.kind === "scalar");
    if (at >= 0) content[at + 1] = value;
    else content.push(key, value);
  };
  for (let i = 0; i + 1 < map.content.length; i += 2) {
    const key = map.content[i]!;
    const value = map.content[i + 1]!;
    if (key.tag !== "!!merge") {
      explode(key, budget);
      explode(value, budget);
      put(key, value);
      continue;
    }
    const merged = dereference(value);
    // A single map leaves out what the map itself says further down, there; of a list of maps all is merged in here.
    const later = merged.kind === "seq" ? [] : map.content.slice(i + 2);
    const isLater = (name: YqNode): boolean => later.some((other, j) => j % 2 === 0 && other.value === name.value);
    const sources = merged.kind === "seq" ? merged.content.map(dereference).reverse() : [merged];
    for (const source of sources) {
      if (source.kind !== "map")
        throw new UserError(`can only use merge anchors with maps (!!map), but got ${source.tag}`);
      const flat = copy(source);
      explode(flat, budget);
      for (const [name, each] of pairs(flat)) if (!isLater(name)) put(name, each);
    }
  }
  setContent(map, content);
}

function hasAliases(node: YqNode): boolean {
  return node.kind === "alias" || node.tag === "!!merge" || node.content.some(hasAliases);
}

/** A node for a format that knows neither aliases nor merge keys: where there are any, a copy without them. */
export function withoutAliases(node: YqNode): YqNode {
  if (!hasAliases(node)) return node;
  const result = copy(node);
  explode(result, newBudget());
  return result;
}
