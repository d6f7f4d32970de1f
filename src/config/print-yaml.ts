import { Document, type Scalar, visit } from "yaml";
import type { Printed } from "./print.ts";

/** Texts that other readers of YAML would take for something else. */
function needsQuotes(text: string): boolean {
  return /^(?:<<|~|null|Null|NULL|y|Y|n|N|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/.test(text);
}

/** A printed configuration as YAML: block style, two spaces, lists not indented below their key. */
export function configToYaml(printed: Printed): string {
  const document = new Document(printed, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node: Scalar) {
      if (typeof node.value !== "string") return;
      if (node.value.includes("\n")) node.type = "BLOCK_LITERAL";
      else if (needsQuotes(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ indentSeq: false, lineWidth: 0 });
}
