import { UserError } from "../../errors.ts";
import type { OperatorTable } from "../context.ts";
import { copy, dereference, pairs, setContent, text, type YqNode } from "../node.ts";
import { forEach, onlyArgument } from "./arguments.ts";

const maxExploded = 300_000;

/** A node's explicit style: its way of writing, else `tagged` when its tag is written out. */
function styleOf(node: YqNode): string {
  return node.style !== "" ? node.style : node.tagged || isCustom(node.tag) ? "tagged" : "";
}

/** Tags of one's own are always written out. */
function isCustom(tag: string): boolean {
  return tag !== "" && !tag.startsWith("!!");
}

/** Replaces aliases by copies of what they stand for, merges `<<` maps and drops anchors, in place. */
function explode(node: YqNode, budget: { left: number }): void {
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

function explodeMap(map: YqNode, budget: { left: number }): void {
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

/** How nodes are written: `tag`, `kind`, `style`, `anchor`, `alias`, and `explode`. */
export const metadataOperators: OperatorTable = {
  tag: forEach("tag", (node) => text(node.kind === "alias" ? "" : node.tag)),
  kind: forEach("kind", (node) => text(node.kind)),
  style: forEach("style", (node) => text(styleOf(node))),
  anchor: forEach("anchor", (node) => text(node.anchor)),
  alias: forEach("alias", (node) => text(node.kind === "alias" ? node.value : "")),
  explode: (run, args, context) => {
    const budget = { left: maxExploded };
    for (const node of run.run(onlyArgument("explode", args), context)) explode(node, budget);
    return context.nodes;
  },
};
