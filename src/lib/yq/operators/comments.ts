import type { OperatorTable } from "../context.ts";
import { text, type YqNode } from "../node.ts";
import { forEach } from "./arguments.ts";

/** Comment lines as text: the marks removed, blank lines before them dropped. */
function uncommented(lines: readonly string[]): string {
  const first = lines.findIndex((line) => line !== "");
  if (first < 0) return "";
  return lines
    .slice(first)
    .map((line) => line.replace(/^# ?/, ""))
    .join("\n");
}

/** A document's comment is what stands before it: also before its `---`, and (of the first document) before its first key. */
function headOf(node: YqNode): string {
  const before = node.preamble.filter((line) => line.startsWith("#"));
  return uncommented([...before, ...node.head]);
}

/** `line_comment`, `head_comment`, `foot_comment`: a node's comments without their marks. */
export const commentOperators: OperatorTable = {
  line_comment: forEach("line_comment", (node) => text(uncommented([node.line]))),
  head_comment: forEach("head_comment", (node) => text(headOf(node))),
  foot_comment: forEach("foot_comment", (node) => text(uncommented(node.foot).replace(/\n+$/, ""))),
};
