import type { OperatorTable } from "../context.ts";
import { int, placeDocument, text } from "../node.ts";
import { forEach } from "./arguments.ts";

/** Which document and file a node is from and where in it; `split_doc` makes every result a document of its own. */
export const documentOperators: OperatorTable = {
  document_index: forEach("document_index", (node) => int(node.origin.document)),
  file_index: forEach("file_index", (node) => int(node.origin.file)),
  filename: forEach("filename", (node) => text(node.origin.filename)),
  line: forEach("line", (node) => int(node.place.line)),
  column: forEach("column", (node) => int(node.place.column)),
  split_doc: (_run, _args, context) => {
    context.nodes.forEach((node, document) => {
      placeDocument(node, { ...node.origin, document });
    });
    return context.nodes;
  },
};
