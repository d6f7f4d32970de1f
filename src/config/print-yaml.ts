import { Document, type Scalar, type ScalarTag, visit } from "yaml";
import { bytesOfText } from "../lib/byte-text.ts";
import type { Printed } from "./print.ts";

/** Texts that other readers of YAML would take for something else. */
function needsQuotes(text: string): boolean {
  return /^(?:<<|~|null|Null|NULL|y|Y|n|N|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/.test(text);
}

/** The tag of texts, whose empty lines within a literal carry the indentation too (config.md 0.1). */
function withIndentedLines(tag: ScalarTag): ScalarTag {
  return {
    ...tag,
    stringify(item, context, onComment, onChompKeep) {
      const text = tag.stringify?.(item, context, onComment, onChompKeep) ?? "";
      return text.startsWith("|") ? text.replaceAll(/\n(?=\n)/g, `\n${context.indent}`) : text;
    },
  };
}

/** A printed configuration as YAML: block style, two spaces, lists not indented below their key. */
export function configToYaml(printed: Printed): string {
  const document = new Document(printed, {
    aliasDuplicateObjects: false,
    customTags: (tags) => [
      ...tags.map((tag) =>
        typeof tag === "object" && tag.tag === "tag:yaml.org,2002:str" ? withIndentedLines(tag as ScalarTag) : tag,
      ),
      "binary",
    ],
  });
  visit(document, {
    Scalar(_key, node: Scalar) {
      if (typeof node.value !== "string") return;
      if (!node.value.isWellFormed()) {
        node.value = bytesOfText(node.value);
        node.tag = "!!binary";
      } else if (node.value.includes("\n")) node.type = "BLOCK_LITERAL";
      else if (needsQuotes(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ indentSeq: false, lineWidth: 0 });
}
