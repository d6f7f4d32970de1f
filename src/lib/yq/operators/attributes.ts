import { UserError } from "../../errors.ts";
import type { Context } from "../context.ts";
import type { NodeStyle, YqNode } from "../node.ts";
import type { AttributeName } from "../syntax/ast.ts";

const styles: ReadonlySet<string> = new Set(["double", "single", "literal", "folded", "flow", ""]);

/** Gives a node an attribute from a text; an empty text removes it. @throws UserError for an unknown style */
export function assignAttribute(node: YqNode, name: AttributeName, value: string, context: Context): void {
  switch (name) {
    case "style":
      setStyle(node, value);
      return;
    case "tag":
      node.tag = value;
      return;
    case "anchor":
      node.anchor = value;
      return;
    case "alias":
      setAlias(node, value, context);
      return;
    case "line_comment":
      node.line = commentLines(value).join(" ");
      return;
    case "head_comment":
      node.head = headLines(node, value);
      return;
    case "foot_comment":
      node.foot = footLines(node, value);
      return;
    case "comments":
      node.line = commentLines(value).join(" ");
      node.head = headLines(node, value);
      node.foot = footLines(node, value);
  }
}

function setStyle(node: YqNode, value: string): void {
  if (value === "tagged") {
    node.tagged = true;
    node.style = "";
    return;
  }
  if (!styles.has(value)) throw new UserError(`unknown style ${value}`);
  node.style = value as NodeStyle;
  node.tagged = false;
}

function setAlias(node: YqNode, name: string, context: Context): void {
  if (name === "") return;
  let root = node;
  while (root.parent !== undefined) root = root.parent;
  const target = anchored(root, name) ?? context.nodes.map((other) => anchored(other, name)).find((other) => other);
  node.kind = "alias";
  node.tag = "";
  node.content = [];
  node.style = "";
  node.value = name;
  node.aliasTarget = target;
}

function anchored(node: YqNode, name: string): YqNode | undefined {
  if (node.anchor === name) return node;
  for (const child of node.content) {
    const found = anchored(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function commentLines(value: string): string[] {
  if (value === "") return [];
  return value.split("\n").map((line) => (line === "" ? "" : line.startsWith("#") ? line : `# ${line}`));
}

/** New comment lines before a node; blank lines before them stay, and of what is above a document's `---` all but the comments. */
function headLines(node: YqNode, value: string): string[] {
  node.preamble = node.preamble.filter((line) => line !== "" && !line.startsWith("#"));
  const firstComment = node.head.findIndex((line) => line !== "");
  const blank = node.head.slice(0, firstComment < 0 ? node.head.length : firstComment);
  const lines = commentLines(value);
  return lines.length === 0 ? [] : [...blank, ...lines];
}

function footLines(node: YqNode, value: string): string[] {
  const lines = commentLines(value);
  return lines.length > 0 && node.parent !== undefined ? [...lines, ""] : lines;
}
