import type { OperatorTable } from "../context.ts";
import { explode, newBudget } from "../explode.ts";
import { text, type YqNode } from "../node.ts";
import { forEach, onlyArgument } from "./arguments.ts";

/** A node's explicit style: its way of writing, else `tagged` when its tag is written out. */
function styleOf(node: YqNode): string {
  return node.style !== "" ? node.style : node.tagged || isCustom(node.tag) ? "tagged" : "";
}

/** Tags of one's own are always written out. */
function isCustom(tag: string): boolean {
  return tag !== "" && !tag.startsWith("!!");
}

/** How nodes are written: `tag`, `kind`, `style`, `anchor`, `alias`, and `explode`. */
export const metadataOperators: OperatorTable = {
  tag: forEach("tag", (node) => text(node.kind === "alias" ? "" : node.tag)),
  kind: forEach("kind", (node) => text(node.kind)),
  style: forEach("style", (node) => text(styleOf(node))),
  anchor: forEach("anchor", (node) => text(node.anchor)),
  alias: forEach("alias", (node) => text(node.kind === "alias" ? node.value : "")),
  explode: (run, args, context) => {
    const budget = newBudget();
    for (const node of run.run(onlyArgument("explode", args), context)) explode(node, budget);
    return context.nodes;
  },
};
