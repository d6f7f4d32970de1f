import { Scalar } from "yaml";
import { bytesOfText } from "../../lib/byte-text.ts";
import { isPrintable } from "../../lib/quote.ts";
import { quoteRune } from "../printable.ts";

const maxLineLength = 65_000;
const base64LineLength = 76;

/** Bytes of a character in the file that the text was read from (`textOfBytes`). */
function byteLength(rune: string): number {
  const code = rune.codePointAt(0) ?? 0;
  if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff)) return 1;
  return code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/** Why a text cannot stand in YAML as it is, or undefined when it can. Offsets and lengths are those of the file's bytes. */
export function binaryReason(text: string): string | undefined {
  let offset = 0;
  let lineStart = 0;
  let line = 1;
  for (const rune of text) {
    if (rune === "\n") {
      line += 1;
      lineStart = offset + 1;
    } else if (!isPrintable(rune)) return `unprintable character ${quoteRune(rune)} at offset ${offset}`;
    if (offset - lineStart >= maxLineLength)
      return `line ${line} (offset ${lineStart}) is longer than ${maxLineLength} characters`;
    offset += byteLength(rune);
  }
  return undefined;
}

/** A node for the text of a script file: a literal block, or base64 where YAML could not hold the text. */
export function scriptNode(text: string): Scalar {
  if (binaryReason(text) === undefined) {
    const node = new Scalar(text);
    // In a block, spaces at the very end could be lost, and of an empty text a comment would take the place.
    node.type = text === "" || text.endsWith(" ") ? "QUOTE_DOUBLE" : "BLOCK_LITERAL";
    return node;
  }
  const base64 = bytesOfText(text).toBase64();
  const lines = base64.match(new RegExp(`.{1,${base64LineLength}}`, "g")) ?? [];
  const node = new Scalar(lines.length > 1 ? `${lines.join("\n")}\n` : base64);
  node.tag = "!!binary";
  node.type = lines.length > 1 ? "BLOCK_LITERAL" : "PLAIN";
  return node;
}
